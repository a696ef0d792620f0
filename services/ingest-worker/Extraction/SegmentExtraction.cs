using Headgate.Connectors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Snapshots;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using Headgate.IngestWorker.Telemetry;

namespace Headgate.IngestWorker.Extraction;

/// <summary>Reads one segment into staging: find, read, publish the file, adopt it, answer.</summary>
sealed class SegmentExtraction(
    SegmentStore segments,
    StagingDirectory staging,
    StagingSweep sweep,
    SystemConnections systems,
    SnapshotKeeper snapshots,
    JobRates rates,
    TimeProvider time)
{
    public async Task<StepAnswer> RunAsync(ExtractSegment wanted, CancellationToken cancellationToken)
    {
        using var activity = WorkerTelemetry.Start("extract", wanted.JobId);
        var key = new SegmentKey(wanted.JobId, wanted.Attempt, wanted.ObjectNo, wanted.SegmentNo);
        if (await segments.FindAsync(key, cancellationToken) is not { } segment)
            return new StepAnswer.Nothing("the segment is not planned any more");
        if (wanted.Epoch < segment.ReleasedEpoch) return new StepAnswer.Nothing("the job was released meanwhile");
        if (segment.Staged is { } staged && staging.Has(NameOf(key, staged))) return Extracted(wanted, staged);
        if (segment.Superseded) return new StepAnswer.Nothing("the object was planned anew");
        if (segment is { SnapshotName: null, IsLog: false }) return Lost(wanted);
        using var rate = rates.Take(wanted);
        try
        {
            return await ExtractAsync(wanted, segment, rate.Rate, cancellationToken);
        }
        catch (RecutException)
        {
            return new StepAnswer.Again(rate.Renew(wanted));
        }
        catch (ConnectorException lost) when (lost.Problem.Code == "snapshot-lost")
        {
            return Lost(wanted);
        }
    }

    async Task<StepAnswer> ExtractAsync(
        ExtractSegment wanted, PlannedSegment segment, JobRate rate, CancellationToken cancellationToken)
    {
        var name = new SegmentName(wanted.JobId, wanted.Attempt, wanted.ObjectNo, wanted.SegmentNo, wanted.Epoch, Guid.NewGuid());
        var isStaged = false;
        try
        {
            isStaged = await StageAsync(segment, rate, name, cancellationToken);
        }
        finally
        {
            if (!isStaged) sweep.Look();
        }

        if (!segment.IsLog) await snapshots.CloseIfDoneAsync(segment.Snapshot, cancellationToken);
        return await AnswerAsync(wanted, segment, cancellationToken);
    }

    /// <returns>Whether the copy is the segment's own.</returns>
    async Task<bool> StageAsync(PlannedSegment segment, JobRate rate, SegmentName name, CancellationToken cancellationToken)
    {
        await using var writer = staging.Create(name);
        var (read, next, touched) = await ReadAsync(segment, writer, rate, cancellationToken);
        // Of a log the same is read each time. What it was before may be undone in part, by its places.
        if (segment is { IsLog: true, Staged: { } before } && before.Rows != writer.Rows)
            throw new StepException("log-gone", $"Object {segment.Plan.Object.To}: what was logged of it is not what was read of it before.");
        await FaultPoint.ReachedAsync(FaultPoints.SegmentRead);
        if (!await writer.PublishAsync(cancellationToken))
            throw new StepException("staging-failed", "A staged file's name was taken.", retryable: true);

        var staged = new StagedCopy
        {
            Copy = name.Copy,
            Epoch = name.Epoch,
            Rows = writer.Rows,
            Bytes = writer.Bytes,
            Digest = writer.Digest,
            Missing = touched is { } keys ? Math.Max(keys - writer.Rows, 0) : 0,
        };
        await FaultPoint.ReachedAsync(FaultPoints.SegmentPublished);
        var isFirst = await segments.AdoptAsync(segment with { Range = read }, staged, next, cancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.SegmentAdopted);
        if (!isFirst) staging.Delete(name);
        if (isFirst) WorkerTelemetry.Staged(staged.Rows, staged.Bytes);
        return isFirst;
    }

    /// <returns>What was read, what the chain goes on with, and of a replay how many records were looked for.</returns>
    async Task<(SegmentRange Read, SegmentRange? Next, long? Touched)> ReadAsync(
        PlannedSegment segment, SegmentWriter writer, JobRate rate, CancellationToken cancellationToken)
    {
        var sink = new PacedSink(writer, rate, time);
        try
        {
            if (segment.IsLog)
            {
                using var destination = systems.Destination(segment.Pipeline.Destination);
                await destination.Value.ReadLogAsync(segment.Plan.Object, segment.Range, sink, cancellationToken);
                return (segment.Range, null, null);
            }

            using var source = systems.Source(segment.Pipeline.Source);
            if (segment.Plan.Keys is { } keys)
            {
                using var destination = systems.Destination(segment.Pipeline.Destination);
                var touched = await destination.Value.ReadKeysAsync(segment.Plan.Object, keys, segment.Range, cancellationToken);
                await source.Value.ExtractKeysAsync(segment.Plan, touched, segment.SnapshotName!, sink, cancellationToken);
                return (segment.Range, null, touched.Count);
            }

            // Of a segment that was staged before the chain goes on already: what is read in its place is the same.
            var (read, rest) = sink.Rows > 0 && segment.Staged is null
                ? await source.Value.CutAsync(segment.Plan, segment.Range, segment.SnapshotName!, sink.Rows, cancellationToken)
                : (segment.Range, null);
            return (read, await source.Value.ExtractAsync(segment.Plan, read, segment.SnapshotName!, sink, cancellationToken) ?? rest, null);
        }
        catch (Exception) when (writer.Failure is IOException full && !cancellationToken.IsCancellationRequested)
        {
            // Whatever the connector made of it: the disk is at fault, not the source.
            throw Posix.IsDiskFull(full)
                ? new StepException(Problems.Of(full))
                : new StepException("staging-failed", "A staged file could not be written.", retryable: true);
        }
    }

    // What the database holds now, whoever put it there.
    async Task<StepAnswer> AnswerAsync(ExtractSegment wanted, PlannedSegment segment, CancellationToken cancellationToken) =>
        await segments.FindAsync(segment.Key, cancellationToken) is { Staged: { } staged } now && now.Snapshot == segment.Snapshot
            ? Extracted(wanted, staged)
            : new StepAnswer.Nothing("the segment is not planned any more");

    static SegmentName NameOf(SegmentKey key, StagedCopy staged) =>
        new(key.JobId, key.Attempt, key.ObjectNo, key.SegmentNo, staged.Epoch, staged.Copy);

    static StepAnswer.Say Extracted(ExtractSegment wanted, StagedCopy staged) => new(new SegmentExtracted
    {
        JobId = wanted.JobId,
        Epoch = wanted.Epoch,
        ObjectNo = wanted.ObjectNo,
        SegmentNo = wanted.SegmentNo,
        Copy = staged.Copy,
        Rows = staged.Rows,
        Bytes = staged.Bytes,
        Missing = staged.Missing,
        NextSegmentNo = staged.NextSegmentNo,
    });

    static StepAnswer.Say Lost(ExtractSegment wanted) =>
        new(new SnapshotLost { JobId = wanted.JobId, Epoch = wanted.Epoch, ObjectNo = wanted.ObjectNo, SegmentNo = wanted.SegmentNo });
}
