using Headgate.PrivateServers.Containers;

namespace Headgate.PrivateServers.Processes;

/// <summary>One running server with its companions, and how it ends. Nothing of it is left when these calls return.</summary>
internal sealed record ServerRun(ProcessIdentity Server, IReadOnlyList<ProcessIdentity> Companions, string? Container, int StopSignal, int KillSignal)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);

    public bool IsRunning() => Server.IsRunning();

    public Task StopAsync() => EndAsync(StopSignal, StopPatience);

    public Task KillAsync() => EndAsync(KillSignal, KillPatience);

    private async Task EndAsync(int signal, TimeSpan patience)
    {
        var family = Server.Descendants();
        if (Container is not null && signal == KillSignal)
            await DockerEngine.RemoveAsync(Container);
        Posix.Signal(Server, signal);
        if (!await Wait.UntilAsync(() => !Server.IsRunning(), patience))
            Posix.Signal(Server, Posix.Kill);
        if (Container is not null)
            await DockerEngine.RemoveAsync(Container);

        foreach (var companion in Companions)
            Posix.Signal(companion, Posix.Kill);

        // Helpers end by themselves when they lose their server; the patience is for those that do not.
        IReadOnlyList<ProcessIdentity> rest = [Server, .. family, .. Companions];
        if (await Wait.UntilAsync(() => !rest.Any(process => process.IsRunning()), KillPatience))
            return;
        foreach (var process in rest)
            Posix.Signal(process, Posix.Kill);
        if (!await Wait.UntilAsync(() => !rest.Any(process => process.IsRunning()), KillPatience))
            throw new InvalidOperationException($"Process {string.Join(", ", rest.Where(p => p.IsRunning()).Select(p => p.Pid))} does not end.");
    }
}
