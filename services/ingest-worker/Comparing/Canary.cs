using Headgate.Connectors.Destinations;
using Headgate.Contracts.Comparing;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Comparing;

/// <summary>
/// Compares a sample of what is staged with the destination before launch. Nothing is kept of it: an answer that is lost is found again, in the
/// same records.
/// </summary>
sealed class Canary(ComparisonStore store, StagingDirectory staging, SystemConnections systems, WorkerOptions options, TimeProvider time)
{
    const string NotTried = "A sample is only compared, its write is not tried.";
    const string NotComparable = "The destination cannot be compared with.";

    public async Task<StepAnswer> RunAsync(CompareRecords compare, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(compare, cancellationToken) is not { } job) return new StepAnswer.Nothing("the attempt is not planned any more");
        using var destination = systems.Destination(job.Pipeline.Destination);
        var (found, began) = (new List<ObjectFindings>(), time.GetTimestamp());
        foreach (var objectNo in compare.Objects)
        {
            // What was found so far is an answer: the job asks for the rest.
            if (found.Count > 0 && time.GetElapsedTime(began) >= options.YieldAfter) break;
            var planned = job.Objects.FirstOrDefault(each => each.Plan.ObjectNo == objectNo);
            found.Add(planned is null
                ? NoFindings.Of(objectNo, NotTried) : await CompareAsync(destination.Value, planned, compare, cancellationToken));
        }

        return new StepAnswer.Say(new RecordsCompared { JobId = compare.JobId, Epoch = compare.Epoch, Objects = found });
    }

    async Task<ObjectFindings> CompareAsync(
        IDestination destination, ObjectToCompare planned, CompareRecords compare, CancellationToken cancellationToken)
    {
        await using var session = await destination.OpenComparisonAsync(planned.Plan, cancellationToken);
        if (session is null) return NoFindings.Of(planned.Plan.ObjectNo, NotComparable);
        var comparison = new ObjectComparison(session);
        var runs = CanarySample.Of([.. planned.Segments.Select(segment => segment.Rows)], compare.Sample, SeedOf(compare, planned.Plan.ObjectNo));
        foreach (var runsOfFile in runs.GroupBy(run => run.Segment))
            await AddAsync(comparison, planned.Segments[runsOfFile.Key], runsOfFile, cancellationToken);
        return await comparison.FindAsync(cancellationToken) with { RejectsUnknown = NotTried };
    }

    async Task AddAsync(ObjectComparison comparison, StagedSegment segment, IEnumerable<SampledRun> runs, CancellationToken cancellationToken)
    {
        using var staged = await OpenAsync(segment, cancellationToken);
        if (staged is null) return;
        foreach (var run in runs) await comparison.AddAsync(staged, run.FirstRow, run.Rows, cancellationToken);
    }

    /// <summary>A file that is gone is not looked for here: the load misses it, and the object is read again.</summary>
    async Task<SegmentReader?> OpenAsync(StagedSegment segment, CancellationToken cancellationToken)
    {
        try
        {
            return await staging.OpenAsync(segment.Name, segment.Digest, cancellationToken);
        }
        catch (SegmentLostException)
        {
            return null;
        }
    }

    static int SeedOf(CompareRecords compare, int objectNo) =>
        BitConverter.ToInt32(compare.JobId.ToByteArray(), 12) ^ (compare.Attempt << 16) ^ objectNo;
}
