using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.Postgres;

/// <summary>A way to run PostgreSQL: the machine's own programs, or a container.</summary>
internal interface IPostgresPrograms
{
    Account? Account { get; }

    /// <summary>Makes an empty cluster in <paramref name="data"/> unless one is there.</summary>
    Task InitializeAsync(string home, string data, PostgresLogin login, bool durable, CancellationToken cancellationToken);

    Task<(ProcessIdentity Server, string? Container)> StartAsync(
        string home, string data, int port, IReadOnlyDictionary<string, string> settings, bool detached);
}
