using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>The sessions that hold snapshots.</summary>
public sealed class SnapshotSessionTests
{
    // One more than all that a pool of another kind has.
    const int Many = 33;

    const string Sessions =
        "SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = 'headgate-snapshot' AND datname = current_database()";

    [Fact]
    public async Task Session_is_used_again_and_is_under_no_time_out_then_either()
    {
        await using var bench = await SourceBench.StartAsync();
        await bench.From.ExecuteAsync($"ALTER DATABASE {bench.From.Name} SET idle_in_transaction_session_timeout TO '50ms'");
        int[]? session;
        await using (await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default)) session = await bench.From.ScalarAsync<int[]>(Sessions);

        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        Assert.Equal(session, await bench.From.ScalarAsync<int[]>(Sessions));
        await EndedByTimeOutAsync(bench.From.ConnectionString);
        await snapshot.KeepAliveAsync(default);
    }

    [Fact]
    public async Task More_are_open_at_once_than_other_pools_have()
    {
        await using var bench = await SourceBench.StartAsync();

        var snapshots = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default)));

        Assert.Equal(Many, snapshots.Select(snapshot => snapshot.Id).Distinct().Count());
        foreach (var snapshot in snapshots) await snapshot.DisposeAsync();
    }

    // One that has begun to be idle later was so for long enough.
    static async Task EndedByTimeOutAsync(string database)
    {
        await using var idle = new NpgsqlConnection(database);
        await idle.OpenAsync();
        await using var begin = new NpgsqlCommand("BEGIN", idle);
        await begin.ExecuteNonQueryAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ended = await Assert.ThrowsAsync<PostgresException>(() => idle.WaitAsync(patience.Token));
        Assert.Equal("25P03", ended.SqlState);
    }
}
