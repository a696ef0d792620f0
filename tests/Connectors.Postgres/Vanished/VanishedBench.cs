using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

/// <summary>A destination at which full reads end in rows being deleted or marked.</summary>
sealed class VanishedBench(LoadBench load) : IAsyncDisposable
{
    readonly Dictionary<int, long> _segments = [];

    public LoadBench Load => load;

    public static async Task<VanishedBench> StartAsync(string setup) => new(await LoadBench.StartAsync(setup));

    /// <summary>Plans a full read of a table and makes it known, as before the first batch.</summary>
    public async Task<ObjectPlan> BeginAsync(
        string table, string[] key, OnVanished vanished = OnVanished.Delete, string? without = null, bool directCopy = false)
    {
        var plan = await load.PlanAsync(table, key, directCopy);
        var fields = plan.Fields.Where(f => f.Name != without && f.Name != "headgate_vanished_at").ToList();
        plan = plan with
        {
            Fields = fields,
            Key = [.. key.Select(k => fields.FindIndex(f => f.Name == k))],
            Vanished = vanished,
            Mark = plan.Fields.Any(f => f.Name == "headgate_vanished_at") ? "headgate_vanished_at" : null,
        };
        await ShapeAsync(plan);
        return plan;
    }

    public async Task<IReadOnlyList<int>> ShapeAsync(params ObjectPlan[] plans)
    {
        var empty = await load.Destination.ApplyChangesAsync(load.Job, plans, default);
        Assert.NotNull(empty);
        return empty;
    }

    public async Task ReadAsync(ObjectPlan plan, string query, int segment = 0, bool empty = false)
    {
        _segments[segment] = (await load.RecordsAsync(query)).Count;
        // Of a segment without records the ledger has no row.
        if (_segments[segment] > 0) await load.LoadAsync(plan, query, segment, empty);
    }

    /// <summary>Segments that count as the last read's.</summary>
    public void Forget(int segment) => _segments.Remove(segment);

    public FinishTicket Ticket(int epoch = 1) => new() { Job = load.Job with { Epoch = epoch }, ObjectNo = 0, Segments = new Dictionary<int, long>(_segments) };

    public Task<FinishedBatch> BatchAsync(ObjectPlan plan, int size = 64, int epoch = 1) =>
        load.Destination.FinishBatchAsync(Ticket(epoch), plan, size, default);

    /// <returns>How many rows were deleted or marked.</returns>
    public async Task<long> FinishAsync(ObjectPlan plan, int size = 64)
    {
        while (true)
        {
            var batch = await BatchAsync(plan, size);
            Assert.Null(batch.Skipped);
            if (batch.Done) return batch.Vanished;
        }
    }

    public async Task<string> ProblemAsync(ObjectPlan plan, int size = 64) =>
        (await Assert.ThrowsAsync<ConnectorException>(() => FinishAsync(plan, size))).Problem.Code;

    public ValueTask DisposeAsync() => load.DisposeAsync();
}
