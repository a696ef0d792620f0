using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Loading;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Comparing;

/// <summary>
/// Compares a sample of what is staged with the destination before launch. Nothing is kept of it: an answer that is lost is found again, in the
/// same records.
/// </summary>
sealed partial class Canary(
    ComparisonStore store, StagingDirectory staging, SystemConnections systems, WorkerOptions options, TimeProvider time, ILogger<Canary> log)
{
    const string NotTried = "A sample is only compared, its write is not tried.";
    const string TimedOut = "57014";
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
            if (job.Objects.FirstOrDefault(each => each.Plan.ObjectNo == objectNo) is not { } planned)
            {
                found.Add(NoFindings.Of(objectNo, NotTried));
                continue;
            }

            try
            {
                found.Add(await CompareAsync(destination.Value, planned, compare, cancellationToken));
            }
            catch (LostSegmentException lost)
            {
                // Read again before launch: what is read instead is judged as well.
                return new StepAnswer.Say(
                    new SegmentLost { JobId = compare.JobId, Epoch = compare.Epoch, ObjectNo = objectNo, SegmentNo = lost.Name.SegmentNo });
            }
            catch (ConnectorException error) when (!error.Problem.Retryable || error.Problem.SqlState == TimedOut)
            {
                // One that cannot be compared, or not in the time that there is, is no reason not to compare the others.
                LogFailed(objectNo, error.Problem.Code, error.Problem.SqlState);
                found.Add(NoFindings.Failed(objectNo, error.Problem.Sentence));
            }
            catch (ConnectorException) when (found.Count > 0)
            {
                // Tried again as the first one of those that are left.
                break;
            }
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
        try
        {
            using var staged = await staging.OpenAsync(segment.Name, segment.Digest, cancellationToken);
            foreach (var run in runs) await comparison.AddAsync(staged, run.FirstRow, run.Rows, cancellationToken);
        }
        catch (SegmentLostException)
        {
            throw new LostSegmentException(segment.Name);
        }
    }

    static int SeedOf(CompareRecords compare, int objectNo) =>
        BitConverter.ToInt32(compare.JobId.ToByteArray(), 12) ^ (compare.Attempt << 16) ^ objectNo;
}
