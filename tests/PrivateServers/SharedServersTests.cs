using Headgate.Tests.Servers;
using MassTransit;
using Npgsql;

namespace Headgate.PrivateServers.Tests;

public sealed class SharedServersTests
{
    [Fact]
    public async Task A_test_database_is_fresh_and_dropped_even_while_somebody_is_connected()
    {
        await using var other = await TestDatabase.CreateAsync("other");
        var database = await TestDatabase.CreateAsync("mine");
        await database.ExecuteAsync("CREATE TABLE numbers (n int); INSERT INTO numbers VALUES (3)");
        Assert.Equal(3, await database.ScalarAsync<int>("SELECT n FROM numbers"));
        await using var guest = new NpgsqlConnection(database.ConnectionString);
        await guest.OpenAsync();

        await database.DisposeAsync();

        Assert.Equal(0L, await other.ScalarAsync<long>($"SELECT count(*) FROM pg_database WHERE datname = '{database.Name}'"));
    }

    [Fact]
    public async Task A_virtual_host_carries_a_bus_and_shows_what_its_queues_hold()
    {
        await using var host = await VirtualHost.CreateAsync();
        await Amqp.PublishAsync(host.AmqpUri, "headgate.backlog", "a", "b", "c");
        Assert.Equal(3, await host.MessagesAsync("headgate.backlog"));

        var arrived = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(host.AmqpUri);
            configure.ReceiveEndpoint("headgate.pings", endpoint => endpoint.Handler<Ping>(context =>
            {
                arrived.TrySetResult(context.Message.Text);
                return Task.CompletedTask;
            }));
        });
        await bus.StartAsync();
        await bus.Publish(new Ping { Text = "hello" });

        Assert.Equal("hello", await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await bus.StopAsync();
    }

    [Fact]
    public async Task Connections_of_a_virtual_host_can_be_cut()
    {
        await using var host = await VirtualHost.CreateAsync();
        await using var connection = await Amqp.ConnectAsync(host.AmqpUri);
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            cut.TrySetResult();
            return Task.CompletedTask;
        };

        Assert.Equal(1, await host.CloseConnectionsAsync());

        await cut.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
