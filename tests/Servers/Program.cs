using System.Runtime.InteropServices;

namespace Headgate.Tests.Servers;

/// <summary>
/// The shared servers for several test processes, one after the other: says how the variables are to be set that name them, and keeps them
/// until standard input ends or SIGTERM comes. They are gone with this process, too.
/// </summary>
static class Program
{
    static async Task Main()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var told = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            ended.TrySetResult();
        });
        var (startPostgres, startRabbitMq) = (SharedServers.PostgresAsync(), SharedServers.RabbitMqAsync());
        var (postgres, rabbitMq) = (await startPostgres, await startRabbitMq);
        await Console.Out.WriteLineAsync(
            $"""
             HEADGATE_TEST_PG={postgres.ConnectionString}
             HEADGATE_TEST_AMQP={rabbitMq.AmqpUri.OriginalString}
             HEADGATE_TEST_AMQP_MANAGEMENT={rabbitMq.Management.Address}
             """);
        await using var input = Console.OpenStandardInput();
        await Task.WhenAny(ended.Task, input.CopyToAsync(Stream.Null));
        if (rabbitMq.Private is { } broker) await broker.DisposeAsync();
        if (postgres.Private is { } database) await database.DisposeAsync();
    }
}
