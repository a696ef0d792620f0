using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Xunit;

namespace Headgate.Connectors.Conformance;

/// <summary>What every destination has to do: the fence, the ledger, rejects, and nothing twice.</summary>
public abstract class DestinationConformance
{
    readonly JobTicket _job = new() { PipelineId = Guid.NewGuid(), JobId = Guid.NewGuid(), Attempt = 1, Epoch = 1 };

    /// <summary>The destination under test.</summary>
    protected abstract IDestination Destination { get; }

    /// <summary>Its fence.</summary>
    protected abstract IFence Fence { get; }

    /// <summary>Makes a new, empty object and a plan of two fields: id, an integer and the key, and note, a text of 10 characters at most.</summary>
    protected abstract Task<ObjectPlan> CreateAsync();

    /// <summary>What the object holds.</summary>
    protected abstract Task<IReadOnlyDictionary<int, string?>> ContentAsync(ObjectPlan plan);

    [Fact]
    public async Task Nothing_is_written_before_the_fence_opens()
    {
        var plan = await CreateAsync();
        await MoveAsync(_job with { Epoch = 0 }, open: false);

        Assert.Equal(SkipReason.Fenced, await LoadAsync(plan, Records(1)));
        Assert.Null(await Destination.ApplyChangesAsync(_job, [plan], default));
    }

    [Fact]
    public async Task A_segment_is_loaded_in_batches_and_counted()
    {
        var plan = await LaunchAsync();

        Assert.Null(await LoadAsync(plan, Records(250)));

        Assert.Equal(250, (await ContentAsync(plan)).Count);
        var entry = Assert.Single(await Fence.ReadLedgerAsync(_job.JobId, 1, default));
        Assert.Equal((250, 250, 250), (entry.Rows, entry.NextRow, entry.Counts.Inserted));
    }

    [Fact]
    public async Task A_segment_delivered_again_changes_nothing()
    {
        var plan = await LaunchAsync();
        await LoadAsync(plan, Records(10));

        Assert.Null(await LoadAsync(plan, Records(10)));

        Assert.Equal(10, (await MoveAsync(_job with { Epoch = 2 }, open: false))[plan.ObjectNo].Written);
    }

    [Fact]
    public async Task A_batch_that_is_not_committed_leaves_nothing()
    {
        var plan = await LaunchAsync();
        await using (var transaction = await Destination.BeginBatchAsync(Ticket(5), plan, default))
            await transaction.WriteAsync(new StagedBatch(0, Records(5)), default);

        Assert.Empty(await ContentAsync(plan));
        await using var again = await Destination.BeginBatchAsync(Ticket(5), plan, default);
        Assert.Equal(0, again.NextRow);
    }

    [Fact]
    public async Task Upsert_tells_inserted_updated_and_unchanged()
    {
        var plan = await LaunchAsync();
        await LoadAsync(plan, [StagedBatch.Tuple(1, "one"), StagedBatch.Tuple(2, "two")]);

        await LoadAsync(plan, [StagedBatch.Tuple(1, "one"), StagedBatch.Tuple(2, "zwei"), StagedBatch.Tuple(3, null)], segment: 1, empty: false);

        var counts = (await Fence.ReadLedgerAsync(_job.JobId, 1, default)).Single(e => e.SegmentNo == 1).Counts;
        Assert.Equal((1, 1, 1), (counts.Inserted, counts.Updated, counts.Unchanged));
        Assert.Equal(new Dictionary<int, string?> { [1] = "one", [2] = "zwei", [3] = null }, (await ContentAsync(plan)).OrderBy(p => p.Key));
    }

    [Fact]
    public async Task A_record_that_does_not_fit_is_rejected_and_the_rest_is_loaded()
    {
        var plan = await LaunchAsync();
        var records = Records(50).ToArray();
        records[37] = StagedBatch.Tuple(37, "far too long for it");

        Assert.Null(await LoadAsync(plan, records));

        Assert.Equal(49, (await ContentAsync(plan)).Count);
        var counts = (await MoveAsync(_job with { Epoch = 2 }, open: false))[plan.ObjectNo];
        Assert.Equal((50, 49, 1), (counts.Written, counts.Inserted, counts.Rejected));
    }

    [Fact]
    public async Task Too_many_rejects_fail_the_job()
    {
        var plan = await LaunchAsync();
        var records = Enumerable.Range(0, 5).Select(i => StagedBatch.Tuple(i, "far too long for it")).ToArray();

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => SegmentLoop.RunAsync(Destination, Ticket(5) with { MaxRejects = 3 }, plan, records));

        Assert.Equal("too-many-rejects", error.Problem.Code);
        Assert.False(error.Problem.Retryable);
        Assert.Equal(3, Assert.Single(await Fence.ReadLedgerAsync(_job.JobId, 1, default)).NextRow);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task Another_attempt_or_epoch_writes_nothing(int attempt, int epoch)
    {
        var plan = await LaunchAsync();

        Assert.Equal(SkipReason.Fenced, await LoadAsync(plan, Records(3), job: _job with { Attempt = attempt, Epoch = epoch }));
        Assert.Empty(await ContentAsync(plan));
    }

    [Fact]
    public async Task A_closed_fence_stops_the_job_and_an_old_move_does_not_reopen_it()
    {
        var plan = await LaunchAsync();
        await MoveAsync(_job with { Epoch = 2 }, open: false);

        Assert.IsType<FenceMoveResult.Passed>(await Fence.MoveAsync(Move(_job, open: true), default));
        Assert.Equal(SkipReason.Fenced, await LoadAsync(plan, Records(3)));
    }

    [Fact]
    public async Task Changes_are_made_once_and_the_answer_stays()
    {
        var plan = await LaunchAsync();
        await LoadAsync(plan, Records(3));

        Assert.Equal([plan.ObjectNo], await Destination.ApplyChangesAsync(_job, [plan], default));
    }

    [Fact]
    public async Task Copies_delivered_at_once_take_effect_once()
    {
        var plan = await LaunchAsync();
        var records = Records(200);

        var deliveries = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(plan, records, batch: 10))));

        Assert.All(deliveries, d => Assert.True(d is null or SkipReason.InHand));
        Assert.Null(await LoadAsync(plan, records));
        Assert.Equal(200, (await MoveAsync(_job with { Epoch = 2 }, open: false))[plan.ObjectNo].Inserted);
    }

    static IReadOnlyList<byte[]> Records(int count) => [.. Enumerable.Range(0, count).Select(i => StagedBatch.Tuple(i, $"note {i}"))];

    async Task<ObjectPlan> LaunchAsync()
    {
        var plan = await CreateAsync();
        await MoveAsync(_job, open: true);
        Assert.Equal([plan.ObjectNo], await Destination.ApplyChangesAsync(_job, [plan], default));
        return plan;
    }

    Task<SkipReason?> LoadAsync(
        ObjectPlan plan, IReadOnlyList<byte[]> records, int segment = 0, bool empty = true, int batch = 100, JobTicket? job = null) =>
        SegmentLoop.RunAsync(
            Destination, Ticket(records.Count) with { SegmentNo = segment, Empty = empty, Job = job ?? _job }, plan, records, batch);

    SegmentTicket Ticket(long rows) => new() { Job = _job, ObjectNo = 0, SegmentNo = 0, Rows = rows, Empty = true, MaxRejects = 100 };

    static FenceMove Move(JobTicket job, bool open) => new()
    {
        PipelineId = job.PipelineId,
        JobId = job.JobId,
        JobNo = 1,
        Attempt = job.Attempt,
        Epoch = job.Epoch,
        Open = open,
    };

    async Task<IReadOnlyDictionary<int, Contracts.Jobs.RecordCounts>> MoveAsync(JobTicket job, bool open) =>
        Assert.IsType<FenceMoveResult.Moved>(await Fence.MoveAsync(Move(job, open), default)).Counts;
}
