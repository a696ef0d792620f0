using System.Collections.Concurrent;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Loading;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Extraction;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Loading;

/// <summary>Finds what a LoadSegment needs, then runs the pipeline of its segment.</summary>
sealed class SegmentLoader(
    SegmentStore segments,
    StagingDirectory staging,
    SystemConnections systems,
    ProgressReporter progress,
    WorkerOptions options,
    TimeProvider time)
{
    const int Remembered = 1_000;

    readonly ConcurrentDictionary<(Guid JobId, int ObjectNo), int> _learned = new();

    /// <param name="load">The segment.</param>
    /// <param name="rate">The job's ceiling.</param>
    /// <param name="stopping">Canceled: the batch in hand is the last.</param>
    /// <param name="cancellationToken">Canceled: the batch in hand is rolled back.</param>
    public async Task<LoadOutcome> RunAsync(LoadSegment load, JobRate rate, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var key = new SegmentKey(load.JobId, load.Attempt, load.ObjectNo, load.SegmentNo);
        if (await segments.FindAsync(key, cancellationToken) is not { } segment)
            return new LoadOutcome.Skipped("the segment is not planned any more");
        if (load.Epoch < segment.ReleasedEpoch) return new LoadOutcome.Skipped("the job was released meanwhile");
        // The job sealed one copy. If the segment was read again since, that one is gone.
        if (segment.Staged is not { } sealedCopy || sealedCopy.Copy != load.Copy) return new LoadOutcome.Lost();
        try
        {
            var name = new SegmentName(load.JobId, load.Attempt, load.ObjectNo, load.SegmentNo, sealedCopy.Epoch, sealedCopy.Copy);
            using var staged = await staging.OpenAsync(name, sealedCopy.Digest, cancellationToken);
            return staged.Rows == load.Rows ? await LoadAsync(load, segment, staged, rate, stopping, cancellationToken) : new LoadOutcome.Lost();
        }
        catch (SegmentLostException)
        {
            return new LoadOutcome.Lost();
        }
    }

    async Task<LoadOutcome> LoadAsync(
        LoadSegment load, PlannedSegment segment, SegmentReader staged, JobRate rate, CancellationToken stopping,
        CancellationToken cancellationToken)
    {
        using var destination = systems.Destination(segment.Pipeline.Destination);
        using var hand = progress.Take(load);
        var limits = new LoadLimits
        {
            BatchTarget = segment.Pipeline.Load.BatchTarget,
            FirstBatch = _learned.GetValueOrDefault((load.JobId, load.ObjectNo), segment.IsLog ? BatchSize.StartOfLog : BatchSize.Start),
            YieldAfter = options.YieldAfter,
            Rate = rate,
            Round = load.Round,
            RejectsWindow = load.RejectsWindow,
            Stopping = stopping,
        };
        SegmentLoad? running = null;
        var segmentLoad = running = new SegmentLoad(
            destination.Value, segment.Plan.Object, TicketOf(load, segment), staged, limits, time,
            counts => hand.Report(counts, running?.RejectPeak ?? 0, running?.BusyMs ?? 0));
        var outcome = await segmentLoad.RunAsync(cancellationToken);
        if (_learned.Count >= Remembered) _learned.Clear();
        _learned[(load.JobId, load.ObjectNo)] = segmentLoad.LearnedBatch;
        return outcome;
    }

    static SegmentTicket TicketOf(LoadSegment load, PlannedSegment segment) => new()
    {
        Job = new JobTicket { PipelineId = segment.PipelineId, JobId = load.JobId, Attempt = load.Attempt, Epoch = load.Epoch },
        ObjectNo = load.ObjectNo,
        SegmentNo = load.SegmentNo,
        Rows = load.Rows,
        Empty = load.Empty,
        // What a rollback leaves as it is was changed by somebody: that is no fault of the records.
        MaxRejects = segment.IsLog ? int.MaxValue : segment.Pipeline.Load.MaxRejects,
    };
}
