namespace Headgate.PrivateServers.Containers;

/// <summary>What to run in a container. Secrets are in the environment file (mode 0600), never among the arguments.</summary>
internal sealed record DockerContainer
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    public required string EnvironmentFile { get; init; }

    public required string HostDirectory { get; init; }

    public required string Directory { get; init; }

    public required string LogFile { get; init; }

    public IReadOnlyList<(int Host, int Container)> Ports { get; init; } = [];

    public IReadOnlyList<string> Options { get; init; } = [];

    public IReadOnlyList<string> Arguments { get; init; } = [];
}
