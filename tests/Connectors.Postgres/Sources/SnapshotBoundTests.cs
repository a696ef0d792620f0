using Headgate.Connectors.Postgres.Sources;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class SnapshotBoundTests
{
    const string Items = "CREATE TABLE t (id int PRIMARY KEY, changed timestamptz NOT NULL DEFAULT now())";

    [Fact]
    public async Task It_keeps_the_lag_from_the_servers_clock()
    {
        await using var bench = await SourceBench.StartAsync();
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.FromMinutes(1), default);

        var now = await bench.From.ScalarAsync<DateTime>("SELECT clock_timestamp()");

        Assert.InRange(now - snapshot.UpperBound.UtcDateTime, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.5));
        Assert.True(snapshot.SeesAllTransactions);
    }

    [Fact]
    public async Task It_stays_before_a_record_that_is_committed_late()
    {
        await using var bench = await SourceBench.StartAsync(Items);
        await using var late = new NpgsqlConnection(bench.From.ConnectionString);
        await late.OpenAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO t (id) VALUES (1)", late, transaction);
        await insert.ExecuteNonQueryAsync();
        await bench.From.ExecuteAsync("INSERT INTO t (id) VALUES (2)");

        DateTimeOffset bound;
        await using (var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default))
            bound = snapshot.UpperBound;
        await transaction.CommitAsync();

        var changed = await bench.From.ScalarAsync<DateTime>("SELECT changed FROM t WHERE id = 1");
        Assert.True(bound.UtcDateTime <= changed);
        // The next run begins at the bound, so the late record is in it, and in none of the other's future.
        var plan = await bench.WindowAsync(SourceBench.Object("t") with { Cursor = "changed" }, bound.ToString("O"), "2200-01-01T00:00Z");
        Assert.Equal([1, 2], (await bench.ReadAsync(plan)).SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task It_says_when_the_role_does_not_see_the_transactions_of_others()
    {
        await using var bench = await SourceBench.StartAsync();
        var role = $"blind_{Guid.NewGuid():N}";
        await bench.From.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'blind'");
        var connection = new NpgsqlConnectionStringBuilder(bench.From.ConnectionString) { Username = role, Password = "blind" }.ConnectionString;

        await using (var source = new PostgresSource(connection))
        {
            await using var snapshot = await source.OpenSnapshotAsync(TimeSpan.Zero, default);
            Assert.False(snapshot.SeesAllTransactions);
        }

        await bench.From.ExecuteAsync($"DROP ROLE {role}");
    }

    [Fact]
    public async Task It_stays_before_prepared_transactions()
    {
        await using var bench = await SourceBench.StartAsync(Items);
        await using var other = new NpgsqlConnection(bench.From.ConnectionString);
        await other.OpenAsync();
        await using var prepare = new NpgsqlCommand($"BEGIN; INSERT INTO t (id) VALUES (1); PREPARE TRANSACTION '{bench.From.Name}'", other);
        await prepare.ExecuteNonQueryAsync();
        await using var prepared = new NpgsqlCommand("SELECT min(prepared) FROM pg_prepared_xacts WHERE database = current_database()", other);
        var at = (DateTime)(await prepared.ExecuteScalarAsync())!;

        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        Assert.Equal(at, snapshot.UpperBound.UtcDateTime);
        await using var end = new NpgsqlCommand($"ROLLBACK PREPARED '{bench.From.Name}'", other);
        await end.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Other_snapshots_do_not_hold_it_back()
    {
        await using var bench = await SourceBench.StartAsync();
        await using var first = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await using var second = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        Assert.True(second.UpperBound > first.UpperBound);
    }

    [Fact]
    public async Task A_snapshot_whose_session_was_terminated_is_lost()
    {
        await using var bench = await SourceBench.StartAsync();
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await bench.From.ExecuteAsync(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'headgate-snapshot' AND datname = current_database()");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => snapshot.KeepAliveAsync(default));

        Assert.Equal("snapshot-lost", error.Problem.Code);
    }
}
