using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Loading;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Comparing;

/// <summary>
/// Compares all that is staged of a dry run with the destination, and tries the write of the first records. What was found of a segment is kept,
/// so that a large run goes on where it was after a while, or in another worker; so are a few records, to be shown.
/// </summary>
sealed class DryRun(
    IngestState state, ComparisonStore store, FindingStore findings, SampleFiles samples, StagingDirectory staging, SystemConnections systems,
    WorkerOptions options, TimeProvider time)
{
    /// <summary>Records of an object that are tried: what is rolled back leaves its space behind.</summary>
    const int Tried = 10_000;

    /// <summary>Records tried at once: for so long others wait for their rows.</summary>
    const int TriedAtOnce = 100;

    /// <summary>Values that one comparison keeps at the destination, in temporary tables, and records at most.</summary>
    const int MostValues = 200_000, MostRecords = 10_000;

    static readonly string OnlyFirst = $"Only the writes of the first {Tried} records were tried.";

    public async Task<StepAnswer> RunAsync(CompareRecords compare, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(compare, cancellationToken) is not { } job) return new StepAnswer.Nothing("the attempt is not planned any more");
        await using var turn = await DryRunTurn.TakeAsync(state, compare.JobId, cancellationToken);
        if (turn is null) return new StepAnswer.Nothing("another delivery has it in hand");
        using var destination = systems.Destination(job.Pipeline.Destination);
        var room = new SampleRoom(job.Pipeline.Objects.Count(each => each.Include), samples.LengthOf(compare.JobId, compare.Attempt));
        var run = new Run(destination.Value, compare, job.Pipeline.Retention.Staging, room, time.GetTimestamp());
        var found = new List<ObjectFindings>();
        foreach (var objectNo in compare.Objects)
        {
            if (job.Objects.FirstOrDefault(each => each.Plan.ObjectNo == objectNo) is not { } planned)
            {
                found.Add(NoFindings.Of(objectNo, "The object is not planned any more."));
                continue;
            }

            try
            {
                if (await CompareAsync(run, planned, cancellationToken) is not { } whole) break;
                found.Add(whole);
            }
            catch (LostSegmentException lost)
            {
                var name = lost.Name;
                return new StepAnswer.Say(
                    new SegmentLost { JobId = compare.JobId, Epoch = compare.Epoch, ObjectNo = name.ObjectNo, SegmentNo = name.SegmentNo });
            }
        }

        return found.Count > 0 || compare.Objects.Count == 0
            ? new StepAnswer.Say(new RecordsCompared { JobId = compare.JobId, Epoch = compare.Epoch, Objects = found }) : new StepAnswer.Again();
    }

    /// <returns>Null: the time is over, and somebody is to go on.</returns>
    async Task<ObjectFindings?> CompareAsync(Run run, ObjectToCompare each, CancellationToken cancellationToken)
    {
        var known = await findings.OfAsync(run.Compare, each.Plan.ObjectNo, cancellationToken);
        var length = samples.LengthOf(run.Compare.JobId, run.Compare.Attempt, each.Plan.ObjectNo);
        var shown = await ShownAsync(run, each, known, run.Room.For(length), cancellationToken);
        // Of an object without a record it is still told what it is compared with.
        var found = new List<ObjectFindings> { await CompareAsync(run, each.Plan, new Part(), shown, cancellationToken) };
        var before = 0L;
        foreach (var segment in each.Segments)
        {
            if (!known.TryGetValue(segment.Name.Copy, out var one))
            {
                // Not before something was found: else what takes longer to begin with would never come to an end.
                if (run.HasFound && time.GetElapsedTime(run.Began) >= options.YieldAfter) return null;
                one = await CompareAsync(run, each.Plan, segment, before, shown, cancellationToken);
                // First, so that a segment that is known has been looked through for them.
                var kept = await samples.KeepAsync(
                    run.Compare.JobId, run.Compare.Attempt, each.Plan.ObjectNo, shown.Picked, run.Retention, cancellationToken);
                run.Room.Keep(length, kept);
                length = kept;
                await findings.KeepAsync(run.Compare, segment, one, cancellationToken);
                run.HasFound = true;
            }

            found.Add(one);
            before += segment.Rows;
        }

        return Sum(found);
    }

    async Task<ObjectSamples> ShownAsync(
        Run run, ObjectToCompare each, Dictionary<Guid, ObjectFindings> known, long room, CancellationToken cancellationToken)
    {
        var kept = await samples.FindAsync(run.Compare.JobId, run.Compare.Attempt, each.Plan.ObjectNo, cancellationToken);
        var through = each.Segments.Select(segment => segment.Name.Copy).Where(known.ContainsKey).ToHashSet();
        return new ObjectSamples(each.Plan, kept?.Records.Where(sample => through.Contains(sample.Copy)) ?? [], room);
    }

    async Task<ObjectFindings> CompareAsync(
        Run run, ObjectPlan plan, StagedSegment segment, long before, ObjectSamples shown, CancellationToken cancellationToken)
    {
        try
        {
            using var staged = await staging.OpenAsync(segment.Name, segment.Digest, cancellationToken);
            var step = Math.Clamp(MostValues / plan.Fields.Count, TriedAtOnce, MostRecords);
            var found = new List<ObjectFindings>();
            for (var first = 0L; first < segment.Rows; first += step)
            {
                var rows = (int)Math.Min(step, segment.Rows - first);
                var tried = (int)Math.Clamp(Tried - before - first, 0, rows);
                found.Add(await CompareAsync(run, plan, new Part(segment.Name.Copy, staged, first, rows, tried), shown, cancellationToken));
            }

            return Sum(found);
        }
        catch (SegmentLostException)
        {
            throw new LostSegmentException(segment.Name);
        }
    }

    static async Task<ObjectFindings> CompareAsync(
        Run run, ObjectPlan plan, Part part, ObjectSamples shown, CancellationToken cancellationToken)
    {
        var (copy, staged, first, rows, tried) = part;
        await using var session = await run.Destination.OpenComparisonAsync(plan, cancellationToken)
            ?? throw new StepException("not-supported", $"Object {plan.To}: its destination cannot be compared with, and so there is no dry run.");
        var comparison = new ObjectComparison(session);
        for (var at = 0; at < tried; at += TriedAtOnce)
            await comparison.RehearseAsync(staged!, first + at, Math.Min(TriedAtOnce, tried - at), cancellationToken);
        if (rows > tried) await comparison.AddAsync(staged!, first + tried, rows - tried, cancellationToken);
        var found = await comparison.FindAsync(cancellationToken);
        await shown.PickAsync(session, found, copy, cancellationToken);
        return rows > tried && found.RejectsUnknown is null ? found with { RejectsUnknown = OnlyFirst } : found;
    }

    /// <summary>Of one object. Which value spreads is told of the part in which one spreads most.</summary>
    static ObjectFindings Sum(List<ObjectFindings> parts) => parts[^1] with
    {
        Rows = parts.Sum(part => part.Rows),
        Inserts = parts.Sum(part => part.Inserts),
        Updates = parts.Sum(part => part.Updates),
        Unchanged = parts.Sum(part => part.Unchanged),
        Rejected = parts.Sum(part => part.Rejected),
        RejectsUnknown = parts.Select(part => part.RejectsUnknown).FirstOrDefault(why => why is not null),
        Fields = [.. parts[0].Fields.Select((field, at) => field with
        {
            Changed = parts.Sum(part => part.Fields[at].Changed),
            Nulled = parts.Sum(part => part.Fields[at].Nulled),
            NonNullBefore = parts.Sum(part => part.Fields[at].NonNullBefore),
            Overwritten = parts.All(part => part.Fields[at].Overwritten is not null) ? parts.Sum(part => part.Fields[at].Overwritten) : null,
            Same = parts.Max(part => part.Fields[at].Same),
            SameBefore = parts.MaxBy(part => part.Fields[at].Same)!.Fields[at].SameBefore,
        })],
    };

    sealed record Run(IDestination Destination, CompareRecords Compare, TimeSpan Retention, SampleRoom Room, long Began)
    {
        /// <summary>A segment at least, since it began.</summary>
        public bool HasFound { get; set; }
    }

    /// <summary>Records of a staged file; without one: none.</summary>
    sealed record Part(Guid Copy = default, SegmentReader? Staged = null, long First = 0, int Rows = 0, int Tried = 0);
}
