using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Connectors.Records;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Npgsql;
using NpgsqlTypes;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

/// <summary>A destination at which jobs write and are rolled back, one after the other.</summary>
sealed class UndoBench(LoadBench load) : IAsyncDisposable
{
    readonly Dictionary<Guid, (int No, int Epoch)> _jobs = [];

    public LoadBench Load => load;

    public static async Task<UndoBench> StartAsync(string setup) => new(await LoadBench.StartAsync(setup, open: false));

    /// <summary>Opens the fence for a job, or for the next attempt of one.</summary>
    public async Task<JobTicket> BeginAsync(JobTicket? before = null)
    {
        var jobId = before?.JobId ?? Guid.NewGuid();
        var (no, epoch) = _jobs[jobId] = _jobs.TryGetValue(jobId, out var known) ? (known.No, known.Epoch + 1) : (_jobs.Count + 2, 1);
        var ticket = new JobTicket { PipelineId = load.Job.PipelineId, JobId = jobId, Attempt = (before?.Attempt ?? 0) + 1, Epoch = epoch };
        Assert.IsType<FenceMoveResult.Moved>(await load.Fence.MoveAsync(
            new FenceMove { PipelineId = ticket.PipelineId, JobId = jobId, JobNo = no, Attempt = ticket.Attempt, Epoch = epoch, Open = true }, default));
        return ticket;
    }

    /// <summary>A job, or the next attempt of one, that writes the rows of a query.</summary>
    public async Task<JobTicket> WriteAsync(ObjectPlan plan, string query, JobTicket? before = null, bool empty = false)
    {
        var job = await BeginAsync(before);
        Assert.NotNull(await load.Destination.ApplyChangesAsync(job, [plan], default));
        await WriteSegmentAsync(job, plan, query, empty: empty);
        return job;
    }

    public async Task WriteSegmentAsync(JobTicket job, ObjectPlan plan, string query, int segment = 0, bool empty = false)
    {
        var records = await load.RecordsAsync(query);
        Assert.Null(await SegmentLoop.RunAsync(load.Destination, Ticket(job, plan, records.Count, segment, empty), plan, records));
    }

    public async Task<IReadOnlyList<PlannedUndo>> PlanAsync(
        JobTicket of, string[]? fields = null, string[][]? keys = null, bool allowTriggers = false, params int[] objects)
    {
        var selection = keys is null ? (Guid?)null : Guid.NewGuid();
        foreach (var key in keys ?? [])
        {
            await using var command = load.Database.DataSource.CreateCommand("INSERT INTO headgate.selection (job_id, object_no, key) VALUES ($1, 0, $2)");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = selection!.Value });
            command.Parameters.Add(new NpgsqlParameter { Value = key, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            await command.ExecuteNonQueryAsync();
        }

        var wanted = (objects.Length == 0 ? [0] : objects).Select(no => new ObjectToUndo
        {
            ObjectNo = no,
            OfJobId = of.JobId,
            OfObjectNo = no,
            To = "public.items",
            Fields = fields ?? [],
            Selection = selection,
        }).ToList();
        return await load.Destination.PlanUndoAsync(wanted, new WriteOptions { Load = new LoadDefinition { AllowTriggers = allowTriggers } }, default);
    }

    /// <summary>A rollback to its end; what it planned first is what is undone.</summary>
    public async Task<(JobTicket Job, RecordCounts Counts)> RollBackAsync(
        JobTicket of, string[]? fields = null, string[][]? keys = null, int batch = 1000, params int[] objects)
    {
        var plans = await PlanAsync(of, fields, keys, allowTriggers: false, objects);
        var job = await BeginAsync();
        return (job, await RunAsync(job, plans, batch));
    }

    /// <summary>Segments in their order, as the coordinator sends them; what waits is tried again after each generation.</summary>
    public async Task<RecordCounts> RunAsync(JobTicket job, IReadOnlyList<PlannedUndo> plans, int batch = 1000)
    {
        Assert.NotNull(await load.Destination.ApplyChangesAsync(job, [.. plans.Select(p => p.Plan)], default));
        var segments = plans.SelectMany(p => p.Segments.Select((segment, no) => (p.Plan, Segment: segment, No: no))).ToList();
        foreach (var generation in segments.GroupBy(s => s.Segment.Generation).OrderBy(g => g.Key))
        {
            var tickets = new List<(ObjectPlan Plan, SegmentTicket Ticket)>();
            foreach (var (plan, segment, no) in generation.OrderBy(s => s.Segment.Deletes).ThenBy(s => s.Segment.Deletes ? -s.Plan.Level : s.Plan.Level))
            {
                var records = await ReadAsync(plan, segment);
                tickets.Add((plan, Ticket(job, plan, records.Count, no)));
                Assert.Null(await SegmentLoop.RunAsync(load.Destination, tickets[^1].Ticket, plan, records, batch));
            }

            foreach (var (plan, ticket) in tickets.Where(t => t.Ticket.Rows > 0))
                Assert.NotNull(await load.Destination.RetryDeferredAsync(ticket, plan, () => { }, default));
        }

        return await CountsAsync(job);
    }

    /// <summary>Writes all of an object's first segment in one batch, and takes it back.</summary>
    /// <returns>How many records wait for others.</returns>
    public async Task<long> TryAsync(JobTicket job, PlannedUndo planned)
    {
        Assert.NotNull(await load.Destination.ApplyChangesAsync(job, [planned.Plan], default));
        var records = await ReadAsync(planned.Plan, planned.Segments[0]);
        await using var transaction = await load.Destination.BeginBatchAsync(Ticket(job, planned.Plan, records.Count, segment: 0), planned.Plan, default);
        await transaction.WriteAsync(new StagedBatch(0, [.. records]), default);
        return transaction.Deferred;
    }

    public async Task<IReadOnlyList<byte[]>> ReadAsync(ObjectPlan plan, UndoSegment segment)
    {
        var sink = new Sink();
        await load.Destination.ReadLogAsync(plan, segment.Range, sink, default);
        return StagedBatch.Split(sink.Bytes.ToArray());
    }

    public async Task<RecordCounts> CountsAsync(JobTicket job) =>
        RecordCounts.Sum((await load.Fence.ReadLedgerAsync(job.JobId, job.Attempt, default)).Select(entry => entry.Counts));

    /// <summary>What is recorded of conflicts, by key.</summary>
    public Task<IReadOnlyList<string>> ConflictsAsync(JobTicket job, string columns = "conflict, key, before, written, now") =>
        load.RowsAsync($"SELECT {columns} FROM headgate.rejected WHERE job_id = '{job.JobId}' ORDER BY key");

    public Task<IReadOnlyList<string>> RowsAsync(string table = "items", string order = "1") => load.RowsAsync($"SELECT * FROM {table} ORDER BY {order}");

    static SegmentTicket Ticket(JobTicket job, ObjectPlan plan, long rows, int segment, bool empty = false) =>
        new() { Job = job, ObjectNo = plan.ObjectNo, SegmentNo = segment, Rows = rows, Empty = empty, MaxRejects = 0 };

    public ValueTask DisposeAsync() => load.DisposeAsync();

    sealed class Sink : IRecordSink
    {
        public MemoryStream Bytes { get; } = new();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Bytes.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }
    }
}
