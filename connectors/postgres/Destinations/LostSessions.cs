using System.Collections.Concurrent;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Sessions that were given up because their server did not answer any more. Where only the way to it was broken, the server still waits
/// for the rest of their COPY, without any time-out, and holds their segment's lock: they are ended from another session.
/// </summary>
sealed class LostSessions(NpgsqlDataSource dataSource)
{
    const int Remembered = 1_000;

    readonly ConcurrentDictionary<int, bool> _backends = new();

    public void Note(int backend)
    {
        if (_backends.Count < Remembered) _backends[backend] = true;
    }

    /// <summary>Ends those that are still there. A backend of the same number that began something lately is another one.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_backends.IsEmpty) return;
        int[] lost = [.. _backends.Keys];
        await using var command = dataSource.CreateCommand(
            """
            SELECT count(pg_catalog.pg_terminate_backend(a.pid)) FROM pg_catalog.pg_stat_activity a
            WHERE a.pid = ANY ($1) AND a.usename = current_user AND a.application_name = pg_catalog.current_setting('application_name')
              AND a.state <> 'idle' AND a.state_change < pg_catalog.clock_timestamp() - interval '20 seconds'
            """);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = lost });
        await command.ExecuteNonQueryAsync(cancellationToken);
        foreach (var backend in lost) _backends.TryRemove(backend, out _);
    }
}
