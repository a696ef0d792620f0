using Headgate.Connectors.Postgres.Replacing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>Locks of a table that is replaced, and of those that it refers to.</summary>
public sealed class SwapLockTests : SwapTest
{
    const string Kinds = """
        CREATE TABLE kinds (id bigint PRIMARY KEY); INSERT INTO kinds SELECT generate_series(1, 100);
        ALTER TABLE items ADD CONSTRAINT kind FOREIGN KEY (id) REFERENCES kinds
        """;

    [Fact]
    public async Task Who_reads_one_of_them_keeps_no_reader_of_the_table_waiting()
    {
        await Bench.Database.ExecuteAsync(Kinds);
        var plan = await LoadedAsync();
        await using var reader = await Bench.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(reader, "BEGIN; SELECT FROM kinds LIMIT 1");
        var swapping = SwapAsync(plan);
        await BlockedSessions.UntilAsync(Bench.Database, """
            SELECT coalesce(bool_or(relation = 'kinds'::regclass AND NOT granted) AND NOT bool_or(relation = 'items'::regclass), false)
            FROM pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);
        await Sql.RunAsync(reader, "COMMIT");
        await swapping;
        Assert.Equal(100, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task Who_reads_one_of_them_for_long_is_named_with_it()
    {
        await Bench.Database.ExecuteAsync(Kinds);
        var plan = await LoadedAsync();
        await using var reader = await Bench.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(reader, "BEGIN; SELECT FROM kinds LIMIT 1");
        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => new TableSwap(Bench.Database.DataSource, Ticket(), plan, maxTries: 1).RunAsync(default));
        Assert.Equal("lock-timeout", error.Problem.Code);
        Assert.StartsWith($"Object public.kinds: the new table for public.items waits for a lock that is held by backend {reader.ProcessID} ",
            error.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_somebody_has_alone_is_asked_for_and_not_waited_for()
    {
        var plan = await LoadedAsync();
        await using var holder = await Bench.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(holder, "BEGIN; LOCK TABLE items");
        var swap = new TableSwap(Bench.Database.DataSource, Ticket(), plan, maxTries: 1);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => swap.RunAsync(default).WaitAsync(TimeSpan.FromSeconds(8)));
        Assert.Contains($"held by backend {holder.ProcessID} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_not_lock_them_replaces_the_table_all_the_same()
    {
        await Bench.Database.ExecuteAsync(Kinds);
        var plan = await LoadedAsync();
        var role = $"writer_{Guid.NewGuid():N}";
        await Bench.Database.ExecuteAsync($"""
            CREATE ROLE {role} LOGIN PASSWORD 'p'; GRANT CREATE ON SCHEMA public TO {role};
            ALTER TABLE items OWNER TO {role}; ALTER TABLE {plan.To} OWNER TO {role}
            """);
        await Bench.Fence.MoveAsync(Bench.Move(2, open: true) with { Writer = role }, default);
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(Bench.Database.ConnectionString) { Username = role, Password = "p" };
        await using (var destination = new Postgres.Destinations.PostgresDestination(connection.ConnectionString))
            Assert.True((await destination.FinishBatchAsync(Ticket() with { Job = Bench.Job with { Epoch = 2 } }, plan, 1, default)).Done);
        Assert.Equal(100, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        await Bench.Database.ExecuteAsync($"DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
    }
}
