using System.Diagnostics;
using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Fencing;

public sealed class FenceTests : IAsyncLifetime
{
    LoadBench _bench = null!;
    ObjectPlan _plan = null!;

    public async Task InitializeAsync()
    {
        _bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text)");
        _plan = await _bench.PlanAsync("items", ["id"], directCopy: true);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task A_move_waits_for_the_batch_in_hand_and_counts_it()
    {
        await using var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(1), _plan, default);
        await transaction.WriteAsync(new StagedBatch(0, [StagedBatch.Tuple(1, "one")]), default);
        var moving = _bench.Fence.MoveAsync(_bench.Move(2, open: false), default);
        await BlockedSessions.WaitAsync(_bench.Database, "headgate-fence");

        await transaction.CommitAsync();

        var moved = Assert.IsType<FenceMoveResult.Moved>(await moving);
        Assert.Equal(1, moved.Counts[0].Written);
    }

    [Fact]
    public async Task No_batch_begins_while_a_move_waits()
    {
        await using var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(1), _plan, default);
        var moving = _bench.Fence.MoveAsync(_bench.Move(2, open: false), default);
        await BlockedSessions.WaitAsync(_bench.Database, "headgate-fence");
        var beginning = _bench.Destination.BeginBatchAsync(_bench.Ticket(1, segment: 1), _plan, default);
        await BlockedSessions.WaitAsync(_bench.Database, "headgate-destination");

        await transaction.DisposeAsync();

        Assert.IsType<FenceMoveResult.Moved>(await moving);
        await using var late = await beginning;
        Assert.Equal(SkipReason.Fenced, late.Skipped);
    }

    [Fact]
    public async Task A_move_committed_while_a_batch_waits_for_the_lock_is_seen_by_it()
    {
        await using var raising = await _bench.Database.DataSource.OpenConnectionAsync();
        await using var raise = await raising.BeginTransactionAsync();
        await Sql.RunAsync(raising, $"SELECT pg_advisory_xact_lock({LockClass.Pipeline}, {LockKey.Of(_bench.Job.PipelineId)})");
        var beginning = _bench.Destination.BeginBatchAsync(_bench.Ticket(1), _plan, default);
        await BlockedSessions.WaitAsync(_bench.Database, "headgate-destination");

        await Sql.RunAsync(raising, "UPDATE headgate.fence SET epoch = 2, open = false");
        await raise.CommitAsync();

        await using var transaction = await beginning;
        Assert.Equal(SkipReason.Fenced, transaction.Skipped);
    }

    [Fact]
    public async Task A_graceful_move_past_its_patience_names_who_holds_it_up()
    {
        await using var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(1), _plan, default);

        var result = await _bench.Fence.MoveAsync(_bench.Move(2, open: false) with { Patience = TimeSpan.FromMilliseconds(200) }, default);

        var held = Assert.IsType<FenceMoveResult.Held>(result);
        Assert.Contains("headgate-destination", held.Waiting, StringComparison.Ordinal);
        Assert.Contains("idle in transaction", held.Waiting, StringComparison.Ordinal);
        Assert.True(await _bench.Database.ScalarAsync<bool>("SELECT open FROM headgate.fence"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Force_ends_a_batch_that_waits_for_copy_data(bool empty)
    {
        var copying = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        await using var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(1, empty: empty), _plan, default);
        var batch = new StagedBatch(0, [StagedBatch.Tuple(1, "one")])
        {
            Piece = 10,
            OnRead = () =>
            {
                if (copying.TrySetResult()) return Task.CompletedTask;
                return never.Task;
            },
        };
        var writing = transaction.WriteAsync(batch, default);
        await copying.Task;
        await BlockedSessions.UntilAsync(_bench.Database,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'headgate-destination' AND state = 'active' AND query LIKE 'COPY%')");

        var clock = Stopwatch.StartNew();
        Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(2, open: false, force: true), default));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"took {clock.Elapsed}");
        never.SetResult();
        var error = await Assert.ThrowsAsync<ConnectorException>(() => writing);
        Assert.True(error.Problem.Retryable, error.Problem.Code);
        Assert.Equal(0, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_prevails_over_loaders_that_never_pause(bool force)
    {
        using var stop = new CancellationTokenSource();
        var loaders = Enumerable.Range(0, 4).Select(i => Task.Run(() => LoadUntilFencedAsync(i))).ToArray();
        await BlockedSessions.UntilAsync(_bench.Database, "SELECT count(*) > 20 FROM headgate.batch");

        var moved = Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(2, open: false, force), default));
        var written = moved.Counts[0].Written;

        await Task.WhenAll(loaders);
        Assert.Equal(written, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        Assert.Equal(written, await _bench.Database.ScalarAsync<long>("SELECT sum(next_row)::bigint FROM headgate.ledger"));
    }

    [Fact]
    public async Task Neither_an_older_job_nor_an_older_epoch_moves_the_fence_back_or_ends_a_later_jobs_batch()
    {
        var later = _bench.Move(1, open: true) with { JobId = Guid.NewGuid(), JobNo = 2 };
        await _bench.Fence.MoveAsync(later, default);
        var ticket = _bench.Ticket(1) with { Job = _bench.Job with { JobId = later.JobId } };
        await using var transaction = await _bench.Destination.BeginBatchAsync(ticket, _plan, default);
        await transaction.WriteAsync(new StagedBatch(0, [StagedBatch.Tuple(1, "one")]), default);

        Assert.IsType<FenceMoveResult.Passed>(await _bench.Fence.MoveAsync(_bench.Move(9, open: true, force: true), default));
        await transaction.CommitAsync();

        Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(later with { Epoch = 2, Open = false }, default));
        Assert.IsType<FenceMoveResult.Passed>(await _bench.Fence.MoveAsync(later, default));
        Assert.False(await _bench.Database.ScalarAsync<bool>("SELECT open FROM headgate.fence"));
    }

    [Fact]
    public async Task The_same_move_again_is_a_success_at_the_same_time_and_another_to_its_place_an_error()
    {
        var first = Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(2, open: false), default));

        var again = Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(2, open: false), default));
        var error = await Assert.ThrowsAsync<ConnectorException>(() => _bench.Fence.MoveAsync(_bench.Move(2, open: true), default));

        Assert.Equal(first.At, again.At);
        Assert.Equal("fence-conflict", error.Problem.Code);
    }

    [Theory]
    [InlineData("timeline = '0000000F'")]
    [InlineData("system_identifier = '1'")]
    public async Task A_destination_with_another_history_is_not_written_to(string change)
    {
        await _bench.Database.ExecuteAsync($"UPDATE headgate.fence SET {change}");

        await using var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(1), _plan, default);

        Assert.Equal(SkipReason.DestinationChanged, transaction.Skipped);
    }

    [Fact]
    public async Task Fences_of_many_pipelines_install_the_schema_together()
    {
        await _bench.Database.ExecuteAsync("DROP SCHEMA headgate CASCADE");
        var moves = Enumerable.Range(0, 8).Select(_ => _bench.Fence.MoveAsync(_bench.Move(1, open: true) with { PipelineId = Guid.NewGuid() }, default));

        Assert.All(await Task.WhenAll(moves), m => Assert.IsType<FenceMoveResult.Moved>(m));
    }

    [Fact]
    public async Task A_ledger_that_was_never_made_is_empty()
    {
        await _bench.Database.ExecuteAsync("DROP SCHEMA headgate CASCADE");

        await _bench.Fence.CheckAsync(default);
        Assert.Empty(await _bench.Fence.ReadLedgerAsync(_bench.Job.JobId, 1, default));
    }

    async Task LoadUntilFencedAsync(int loader)
    {
        var records = Enumerable.Range(0, 100_000).Select(i => StagedBatch.Tuple((loader * 1_000_000) + i, "note")).ToArray();
        while (true)
        {
            try
            {
                var skipped = await SegmentLoop.RunAsync(_bench.Destination, _bench.Ticket(records.Length, loader), _plan, records, batch: 20);
                if (skipped is SkipReason.Fenced) return;
            }
            catch (ConnectorException e) when (e.Problem.Retryable)
            {
                // A batch was ended by force; go on as a worker would, until the fence says no.
            }
        }
    }
}
