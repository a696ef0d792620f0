using Headgate.Connectors.Destinations;
using Headgate.Contracts.Jobs;
using Headgate.IngestWorker.Loading;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Tests.Doubles;

namespace Headgate.IngestWorker.Tests.Loading;

/// <summary>A segment, a destination and a clock.</summary>
public abstract class LoadTest : IDisposable
{
    internal StagingRoot Root { get; } = new();

    internal MemoryDestination Destination { get; } = new();

    internal JumpingTime Time { get; } = new();

    internal List<RecordCounts> Reports { get; } = [];

    internal Guid JobId { get; } = Guid.NewGuid();

    internal MemoryLedger Ledger => Destination.Ledgers[(JobId, 0, 0)];

    internal MemoryLedger NewLedger() => Destination.Ledgers[(JobId, 0, 0)] = new MemoryLedger();

    internal async Task<LoadOutcome> LoadAsync(int rows, int maxRowsPerSecond = 0, int round = 0, int rejectsWindow = 0, CancellationToken cancellationToken = default)
    {
        using var staged = File.Exists(Root.File) ? await OpenAgainAsync() : await StageAsync(rows);
        return await Load(staged, rows, maxRowsPerSecond, round, rejectsWindow).RunAsync(cancellationToken);
    }

    internal SegmentLoad Load(SegmentReader staged, int rows, int maxRowsPerSecond = 0, int round = 0, int rejectsWindow = 0) => new(
        Destination,
        MemoryPlan.Any(),
        new SegmentTicket
        {
            Job = new JobTicket { PipelineId = Guid.NewGuid(), JobId = JobId, Attempt = 1, Epoch = 1 },
            ObjectNo = 0,
            SegmentNo = 0,
            Rows = rows,
            Empty = true,
            MaxRejects = 1_000,
        },
        staged,
        new LoadLimits
        {
            BatchTarget = TimeSpan.FromMilliseconds(200),
            YieldAfter = TimeSpan.FromSeconds(30),
            Rate = new JobRate(new RateSetting(0, maxRowsPerSecond)),
            Round = round,
            RejectsWindow = rejectsWindow,
        },
        Time,
        Reports.Add);

    internal async Task<SegmentReader> StageAsync(int rows)
    {
        _digest = await Root.StageAsync(Enumerable.Range(0, rows).Select(row => StagedRecords.Numbered(row)));
        return await OpenAgainAsync();
    }

    byte[] _digest = [];

    Task<SegmentReader> OpenAgainAsync() => Root.Staging.OpenAsync(Root.Name, _digest, default);

    public void Dispose()
    {
        Root.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Each batch begins where the one before ended.</summary>
    internal void AssertContiguous(int rows)
    {
        long next = 0;
        foreach (var (first, taken, _) in Ledger.Batches)
        {
            Assert.Equal(next, first);
            next += taken;
        }

        Assert.Equal(rows, next);
    }
}
