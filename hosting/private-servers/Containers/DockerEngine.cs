using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.Containers;

/// <summary>The Docker engine of this machine, if one answers.</summary>
internal static class DockerEngine
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pull = TimeSpan.FromMinutes(5);

    public static async Task<bool> HasAsync(string image, CancellationToken cancellationToken)
        => await SucceedsAsync(["version", "--format", "{{.Server.Version}}"], Answer, cancellationToken)
            && (await SucceedsAsync(["image", "inspect", image], Answer, cancellationToken)
                || await SucceedsAsync(["pull", "--quiet", image], Pull, cancellationToken));

    /// <summary>Ends and removes a container; one that is gone, or on its way, is left to go.</summary>
    /// <exception cref="InvalidOperationException">It is still there, or the engine does not say.</exception>
    public static async Task RemoveAsync(string container)
    {
        var removal = await Tool.RunAsync("docker", ["rm", "--force", "--volumes", container], Answer, CancellationToken.None);
        if (removal.ExitCode != 0 && !await Wait.UntilAsync(() => IsGoneAsync(container), Answer))
            throw new InvalidOperationException($"Container {container} could not be removed: {removal.Output.Trim()}");
    }

    private static async Task<bool> IsGoneAsync(string container)
        => await Tool.RunAsync("docker", ["container", "ls", "--all", "--quiet", "--filter", $"name=^{container}$"], Answer, CancellationToken.None)
            is (0, "");

    /// <summary>The client stays in the foreground and passes signals on. A container that has a parent-death signal ends with us.</summary>
    public static async Task<ProcessIdentity> RunAsync(DockerContainer container, string? parentDeathSignal)
    {
        var client = await CommandLine(container, parentDeathSignal).StartAsync();
        if (parentDeathSignal is not null)
            await ContainerWatch.StartAsync(container.Name, client.Pid);
        return client;
    }

    private static ServerCommandLine CommandLine(DockerContainer container, string? parentDeathSignal) => new()
    {
        Program = ProgramSearch.Find("docker", directories: null) ?? "docker",
        Arguments =
        [
            "run", "--rm", "--name", container.Name, .. AsOurselves(), "--env-file", container.EnvironmentFile,
            .. container.Ports.SelectMany(port => (string[])["--publish", $"127.0.0.1:{port.Host}:{port.Container}"]),
            "--volume", $"{container.HostDirectory}:{container.Directory}",
            .. container.Options, container.Image, .. container.Arguments,
        ],
        Environment = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name is "HOME" || name.StartsWith("DOCKER_", StringComparison.Ordinal) || name.StartsWith("XDG_", StringComparison.Ordinal))
            .ToDictionary(name => name, name => Environment.GetEnvironmentVariable(name) ?? "", StringComparer.Ordinal),
        WorkingDirectory = "/",
        LogFile = container.LogFile,
        ParentDeathSignal = parentDeathSignal,
    };

    // The images give their data to their own user when they run as root; otherwise it must stay deletable by us.
    private static string[] AsOurselves()
        => Environment.IsPrivilegedProcess ? [] : ["--user", $"{Posix.EffectiveUser()}:{Posix.EffectiveGroup()}"];

    private static async Task<bool> SucceedsAsync(string[] arguments, TimeSpan timeout, CancellationToken cancellationToken)
        => (await Tool.RunAsync("docker", arguments, timeout, cancellationToken)).ExitCode == 0;
}
