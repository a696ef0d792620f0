namespace Headgate.PrivateServers.Tests;

public sealed class PrivateRabbitMqTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task It_answers_on_loopback_keeps_messages_over_a_restart_is_killed_with_its_helpers_starts_again_and_stop_leaves_no_process()
    {
        var server = await PrivateRabbitMq.StartAsync(new PrivateRabbitMqOptions { Directory = _scratch.In("rabbitmq") });
        var (process, port) = (server.ServerProcessId, server.Port);
        var home = Path.GetDirectoryName(server.LogFile)!;
        await Amqp.PublishAsync(server.AmqpUri, "headgate.kept", "a", "b");
        Assert.NotEmpty(ProcessesOf.Under(home));

        await server.RestartAsync();

        Assert.Equal(port, server.Port);
        Assert.NotEqual(process, server.ServerProcessId);
        Assert.Equal(2, await server.Management.MessagesAsync("headgate.kept"));
        await server.Management.PurgeAllAsync();
        Assert.Equal(0, await server.Management.MessagesAsync("headgate.kept"));

        await server.KillAsync();
        Assert.Empty(ProcessesOf.Under(home));
        await server.RestartAsync();
        Assert.Equal(["headgate.kept"], (await server.Management.QueuesAsync()).Select(queue => queue.Name));

        process = server.ServerProcessId;
        await server.StopAsync();
        Assert.False(ProcessesOf.Exists(process));
        Assert.Empty(ProcessesOf.Under(home));
    }

    [Fact]
    public async Task A_machine_without_it_is_told_how_to_get_it()
    {
        var options = new PrivateRabbitMqOptions { Directory = _scratch.In("rabbitmq"), BinaryDirectories = [_scratch.Path], AllowContainers = false };

        var error = await Assert.ThrowsAsync<MissingServerException>(() => PrivateRabbitMq.StartAsync(options));

        Assert.Contains("apt-get install rabbitmq-server", error.Message, StringComparison.Ordinal);
        Assert.Contains("HEADGATE_TEST_AMQP", error.Message, StringComparison.Ordinal);
    }
}
