namespace Headgate.PrivateServers.Tests;

/// <summary>A process that starts both servers in a directory, says so, and waits to be killed.</summary>
internal static class Program
{
    public static async Task Main(string[] arguments)
    {
        var directory = arguments[0];
        // No program of a server lies in the scratch directory.
        string[]? binaries = arguments.Contains("containers", StringComparer.Ordinal) ? [directory] : null;
        var startPostgres = PrivatePostgres.StartAsync(
            new PrivateServerOptions { Directory = Path.Combine(directory, "postgres"), Temporary = true, BinaryDirectories = binaries });
        var startRabbitMq = PrivateRabbitMq.StartAsync(
            new PrivateRabbitMqOptions { Directory = Path.Combine(directory, "rabbitmq"), Temporary = true, BinaryDirectories = binaries });
        var (postgres, rabbitMq) = (await startPostgres, await startRabbitMq);
        await Console.Out.WriteLineAsync($"{postgres.DataDirectory} {Path.GetDirectoryName(rabbitMq.LogFile)}");
        await Task.Delay(Timeout.Infinite);
    }
}
