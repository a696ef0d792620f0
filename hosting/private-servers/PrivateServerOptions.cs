namespace Headgate.PrivateServers;

/// <summary>Where and how a private server runs.</summary>
public record PrivateServerOptions
{
    /// <summary>
    /// The server's own directory: state file, log and data. Created when missing. A directory that was used before is
    /// used again with its data. Where the unprivileged account that the server runs under cannot reach it, the data
    /// lies in the system's temporary path and a symbolic link is left here.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>TCP port on 127.0.0.1. Default: the port of the last start if it is free, else any free one.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// Settings of the server by their own names (<c>max_connections</c>, <c>fsync</c>; for RabbitMQ lines of
    /// <c>rabbitmq.conf</c>). Applied at every start. They win over the defaults, except for addresses and ports.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// False (default): the server ends with the process that started it, even if that one is killed.
    /// True: it survives, is found again by its state file and stopped from any process.
    /// </summary>
    public bool Detached { get; init; }

    /// <summary>
    /// True: data is deleted when the server is stopped or the process that started it is gone, and stopping does not
    /// wait for a clean shutdown. Not together with <see cref="Detached"/>. Default: false.
    /// </summary>
    public bool Temporary { get; init; }

    /// <summary>Longest wait until the server answers. Default: 90 seconds. After it: <see cref="ServerStartException"/>.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Where the server's programs are looked for. Default (null): PATH and where Debian's packages put them.</summary>
    public IReadOnlyList<string>? BinaryDirectories { get; init; }

    /// <summary>Whether a Docker engine may stand in for missing programs. Default: true.</summary>
    public bool AllowContainers { get; init; } = true;
}
