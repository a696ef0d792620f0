using System.Text.Json;

namespace Headgate.PrivateServers.Processes;

/// <summary>What another process needs to find, reach and stop a server. Written to <c>server.json</c>, mode 0600.</summary>
internal sealed record ServerState
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Null once the server was stopped; what else is here is used for its next start.</summary>
    public ProcessIdentity? Server { get; init; }

    public IReadOnlyList<ProcessIdentity> Companions { get; init; } = [];

    /// <summary>Name of the container, when the server process is the <c>docker run</c> that holds it.</summary>
    public string? Container { get; init; }

    public int Port { get; init; }

    public int ManagementPort { get; init; }

    public required string User { get; init; }

    public required string Password { get; init; }

    /// <summary>RabbitMQ keeps its data under its node's name, so this one stays.</summary>
    public string Node { get; init; } = "";

    public required string Home { get; init; }

    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public bool IsRunning() => Server?.IsRunning() ?? false;

    public static ServerState? TryRead(string directory)
        => File.Exists(In(directory)) ? JsonSerializer.Deserialize<ServerState>(File.ReadAllText(In(directory))) : null;

    public void Write(string directory) => SecretFile.Write(In(directory), JsonSerializer.Serialize(this, Indented));

    private static string In(string directory) => Path.Combine(directory, "server.json");
}
