namespace Headgate.PrivateServers.Processes;

internal static class Readiness
{
    private const int LogLines = 25;

    /// <summary>Waits until the server answers. One that ends, or stays silent, is removed and reported with its last words.</summary>
    public static async Task WaitAsync(
        string name, ServerRun run, string logFile, TimeSpan timeout, Func<CancellationToken, Task<bool>> answers, CancellationToken cancellationToken)
    {
        try
        {
            var ended = false;
            if (await Wait.UntilAsync(async () => (ended = !run.IsRunning()) || await answers(cancellationToken), timeout, cancellationToken) && !ended)
                return;
            throw new ServerStartException(
                ended ? $"{name} ended while starting.{LastWords(logFile)}" : $"{name} did not answer within {timeout.TotalSeconds:0} s.{LastWords(logFile)}");
        }
        catch
        {
            await run.KillAsync();
            throw;
        }
    }

    /// <summary>Another process may take a port between our look and the server's: then other ports are tried.</summary>
    public static bool IsPortClash(ServerStartException error)
        => error.Message.Contains("in use", StringComparison.OrdinalIgnoreCase)
            || error.Message.Contains("eaddrinuse", StringComparison.OrdinalIgnoreCase)
            || error.Message.Contains("already allocated", StringComparison.OrdinalIgnoreCase);

    public static string LastWords(string logFile)
        => File.Exists(logFile) ? $" The end of {logFile}:\n{string.Join('\n', File.ReadLines(logFile).TakeLast(LogLines))}" : "";
}
