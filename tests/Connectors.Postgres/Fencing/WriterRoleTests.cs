using Headgate.Connectors.Conformance;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Fencing;

/// <summary>Coordinator and worker as two roles without any right that they do not need.</summary>
public sealed class WriterRoleTests : IAsyncLifetime
{
    readonly string _suffix = Guid.NewGuid().ToString("N")[..8];
    LoadBench _bench = null!;

    string Fencer => $"fencer_{_suffix}";

    string Writer => $"Writer {_suffix}";

    public async Task InitializeAsync()
    {
        _bench = await LoadBench.StartAsync($"""
            CREATE ROLE {Fencer} LOGIN PASSWORD 'p'; CREATE ROLE "{Writer}" LOGIN PASSWORD 'p';
            CREATE TABLE items (id int PRIMARY KEY, note varchar(10));
            GRANT SELECT, INSERT, UPDATE ON items TO "{Writer}";
            """, open: false);
        await _bench.Database.ExecuteAsync($"GRANT CREATE ON DATABASE {_bench.Database.Name} TO {Fencer}");
    }

    public async Task DisposeAsync()
    {
        await _bench.Database.ExecuteAsync($"""
            DROP OWNED BY {Fencer} CASCADE; DROP OWNED BY "{Writer}" CASCADE; DROP ROLE {Fencer}; DROP ROLE "{Writer}"
            """);
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task A_fence_that_could_not_end_the_writers_backends_does_not_open()
    {
        await using var fence = new PostgresFence(As(Fencer));

        await fence.CheckAsync(default);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => fence.MoveAsync(Move(1, true), default));

        Assert.Equal("cannot-terminate", error.Problem.Code);
        Assert.Equal(0, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.fence"));
    }

    [Fact]
    public async Task The_writer_loads_rejects_and_retries_with_what_it_is_granted_and_cannot_move_the_fence()
    {
        await _bench.Database.ExecuteAsync($"GRANT pg_signal_backend TO {Fencer}");
        await using var fence = new PostgresFence(As(Fencer));
        await using var destination = new PostgresDestination(As(Writer));
        Assert.Equal(Writer, await destination.RoleAsync(default));
        Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(Move(1, true), default));
        var plan = await _bench.PlanAsync("items", ["id"], directCopy: true);

        Assert.Equal([0], await destination.ApplyChangesAsync(_bench.Job, [plan], default));
        byte[][] records = [StagedBatch.Tuple(1, "one"), StagedBatch.Tuple(2, "far too long for it"), StagedBatch.Tuple(1, "uno")];
        Assert.Null(await SegmentLoop.RunAsync(destination, _bench.Ticket(3, empty: true), plan, records));
        await destination.RetryDeferredAsync(_bench.Ticket(3, empty: true), plan, () => { }, default);

        Assert.Equal(["(1,uno)"], await _bench.RowsAsync("SELECT * FROM items"));
        await using var connection = new NpgsqlConnection(As(Writer));
        await connection.OpenAsync();
        foreach (var forbidden in new[] { "UPDATE headgate.fence SET open = true", "DELETE FROM headgate.fence", "DELETE FROM headgate.change_group", "UPDATE headgate.batch SET inserted = 0" })
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => Sql.RunAsync(connection, forbidden))).SqlState);
    }

    [Fact]
    public async Task Force_ends_the_writers_batch()
    {
        await _bench.Database.ExecuteAsync($"GRANT pg_signal_backend TO {Fencer}");
        await using var fence = new PostgresFence(As(Fencer));
        await using var destination = new PostgresDestination(As(Writer));
        await fence.MoveAsync(Move(1, true), default);
        var plan = await _bench.PlanAsync("items", ["id"]);
        await using var transaction = await destination.BeginBatchAsync(_bench.Ticket(1), plan, default);
        await transaction.WriteAsync(new StagedBatch(0, [StagedBatch.Tuple(1, "one")]), default);

        Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(Move(2, false) with { Force = true }, default));

        Assert.True((await Assert.ThrowsAsync<ConnectorException>(transaction.CommitAsync)).Problem.Retryable);
        Assert.Empty(await _bench.RowsAsync("SELECT * FROM items"));
    }

    FenceMove Move(int epoch, bool open) => _bench.Move(epoch, open) with { Writer = Writer };

    string As(string role) => new NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString) { Username = role, Password = "p" }.ConnectionString;
}
