using RabbitMQ.Client.Exceptions;

namespace Headgate.PrivateServers.Tests.Containers;

/// <summary>RabbitMQ where its programs are missing and a Docker engine is at hand.</summary>
public sealed class ContainerRabbitMqTests : IAsyncLifetime
{
    private const string Image = "rabbitmq:4-management";

    private readonly ScratchDirectory _scratch = new();

    public Task InitializeAsync() => Docker.NeedAsync(Image);

    public Task DisposeAsync()
    {
        _scratch.Dispose();
        return Task.CompletedTask;
    }

    [ContainerFact]
    public async Task Container_keeps_messages_over_a_restart_and_stop_leaves_no_container()
    {
        var server = await PrivateRabbitMq.StartAsync(Options());
        Assert.Equal([Image], await Docker.ImagesOnAsync(_scratch.Path));
        var (process, port) = (server.ServerProcessId, server.Port);
        await Amqp.PublishAsync(server.AmqpUri, "headgate.kept", "a", "b");

        await server.RestartAsync();

        Assert.Equal(port, server.Port);
        Assert.NotEqual(process, server.ServerProcessId);
        Assert.Equal(2, await server.Management.MessagesAsync("headgate.kept"));

        process = server.ServerProcessId;
        await server.StopAsync();
        Assert.False(ProcessesOf.Exists(process));
        Assert.Empty(await Docker.ImagesOnAsync(_scratch.Path));
    }

    [ContainerFact]
    public async Task Container_lets_in_the_users_of_its_options_with_their_rights_and_nobody_else()
    {
        var user = new ServiceUser
        {
            Name = "ingest",
            Password = "a-password-of-a-test",
            Configure = "^headgate\\.",
            Write = "^(headgate\\.|amq\\.default$)",
            Read = "",
        };
        await using var server = await PrivateRabbitMq.StartAsync(Options() with { Users = [user], Temporary = true });

        await Amqp.PublishAsync(server.AmqpUriFor(user.Name, user.Password), "headgate.kept", "a");

        await Assert.ThrowsAnyAsync<OperationInterruptedException>(
            () => Amqp.PublishAsync(server.AmqpUriFor(user.Name, user.Password), "payroll", "a"));
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => Amqp.ConnectAsync(server.AmqpUriFor("guest", "guest")));
    }

    [ContainerFact]
    public async Task Container_is_killed_as_by_a_crash_and_starts_again()
    {
        await using var server = await PrivateRabbitMq.StartAsync(Options() with { Temporary = true });

        await server.KillAsync();

        Assert.Empty(await Docker.ImagesOnAsync(_scratch.Path));
        await server.RestartAsync();
        Assert.Empty(await server.Management.QueuesAsync());
    }

    private PrivateRabbitMqOptions Options() => new() { Directory = _scratch.In("rabbitmq"), BinaryDirectories = [_scratch.Path] };
}
