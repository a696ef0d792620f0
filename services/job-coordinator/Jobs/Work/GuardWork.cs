using System.Text.Json;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What guards are asked, and by what they go, in the saga's own transaction.</summary>
static class GuardWork
{
    /// <summary>What the version that the job is pinned to says of guards.</summary>
    public static async Task<GuardsDefinition> DefinitionAsync(CoordinatorDbContext db, SyncJob job)
    {
        var json = await db.Database.SqlQuery<string?>(
            $"""
             select guards::text as "Value" from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {job.PipelineVersion}
             """).SingleAsync();
        return json is null ? new GuardsDefinition() : JsonSerializer.Deserialize<GuardsDefinition>(json, PipelineJson.Options)!;
    }

    /// <summary>What is about to be read: whether all of it where that was not meant, and whether the source has far more than there ever was.</summary>
    public static async Task<IReadOnlyList<Judgement>> JudgePlanAsync(
        CoordinatorDbContext db, SyncJob job, IReadOnlyList<PlannedObject> planned, GuardsDefinition guards, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var connection = Connection(db);
        var isNew = planned.Where(each => each.New).Select(each => each.ObjectNo).ToHashSet();
        var reads = await Histories.OfAsync(connection, job, [.. planned.Select(each => each.ObjectNo)], isNew, cancellationToken);
        if (reads.Count == 0) return [];
        var limits = reads.Select(read => (read.ObjectNo, Usual: VolumeReference.Of(guards.Volume, read.Full, read.History, now))).ToList();
        if (limits.Any(limit => limit.Usual is not null)) await Histories.KeepLimitsAsync(connection, job, limits, cancellationToken);
        // An object that is planned anew by itself may be any of them.
        job.VolumeLimit = limits.Select(limit => limit.Usual?.Limit).Append(job.VolumeLimit).Min();

        // That all of it is read was judged before launch; what is read anew after it was begun to be.
        var isLaunched = job.CurrentState == nameof(SyncJobStateMachine.Processing);
        var judged = isLaunched ? [] : reads.Select(read => FullLoadJudge.Judge(read, job.ConfirmedFullLoad)).ToList();
        var tooLarge = reads.Zip(limits).Select(each => (Read: each.First, each.Second.Usual))
            .Where(each => VolumeJudge.JudgeSource(guards.Volume, each.Read, each.Usual) is not null).ToList();
        if (tooLarge.Count == 0) return judged;
        var filtered = await Histories.FilteredAsync(connection, job, cancellationToken);
        judged.AddRange(tooLarge.Where(each => !filtered.Contains(each.Read.ObjectNo)).Select(each => VolumeJudge.JudgeSource(guards.Volume, each.Read, each.Usual)!));
        return judged;
    }

    /// <summary>Whether any object can have more than it may: as long as the whole job has no more than the least of the limits, none has.</summary>
    public static bool MayBeTooMuch(SyncJob job) => job.VolumeLimit is { } limit && job.Extracted > limit;

    /// <summary>While objects are still being read: once one has too many records, all that have so far. Empty: nothing is to be said so far.</summary>
    /// <remarks>
    /// Once an attempt: of many tables that all bring more than usual one after the other gets there. Where somebody has let the job pass some of
    /// them, or was told of them, the others wait until all is staged, and are judged together then.
    /// </remarks>
    public static async Task<IReadOnlyList<Judgement>> JudgeCountAsync(
        CoordinatorDbContext db, SyncJob job, int objectNo, GuardsDefinition guards, CancellationToken cancellationToken)
    {
        if (TooMany(await CountedAsync(db, job, objectNo, guards, cancellationToken)) is []) return [];
        return await GuardRecords.HasTrippedAsync(Connection(db), job, Guard.Volume, Measures.MaxRatio, cancellationToken)
            ? [] : TooMany(await CountedAsync(db, job, objectNo: null, guards, cancellationToken));
    }

    /// <summary>All that is staged, by its counts and by what was found of a sample.</summary>
    public static async Task<IReadOnlyList<Judgement>> JudgeStagedAsync(
        CoordinatorDbContext db, SyncJob job, GuardsDefinition guards, CancellationToken cancellationToken)
    {
        var found = job.Kind.HasCanary() ? await CanaryHistories.OfAsync(Connection(db), job, cancellationToken) : [];
        var judged = new List<Judgement>();
        if (job.Kind.MovesOffsets())
        {
            judged.AddRange(await CountedAsync(db, job, objectNo: null, guards, cancellationToken));
            judged.AddRange(found.Where(each => each.TakesVanished).Select(each => VolumeJudge.JudgeVanishing(guards.Volume, each.Subject)));
        }

        if (job.Kind.HasCanary()) judged.AddRange(found.Count == 0 ? [CanaryJudge.NotCompared] : found.SelectMany(each => CanaryJudge.Judge(guards.Canary, each.Subject)));
        return judged;
    }

    /// <summary>What is to be compared with the destination before anything can be judged, up to so many objects.</summary>
    public static Task<IReadOnlyList<int>> ToCompareAsync(CoordinatorDbContext db, SyncJob job, int most, CancellationToken cancellationToken) =>
        CanaryHistories.LackingAsync(Connection(db), job, most, cancellationToken);

    /// <summary>Records that the destination has rejected, of each object of which they are too many.</summary>
    public static async Task<IReadOnlyList<Judgement>> JudgeRejectsAsync(
        CoordinatorDbContext db, SyncJob job, IReadOnlyList<RejectsSeen> seen, GuardsDefinition guards)
    {
        var judged = new List<Judgement>();
        foreach (var worst in seen.Where(each => RejectsJudge.Trips(guards.Rejects, each.Peak, each.Records))
                     .GroupBy(each => each.ObjectNo, (_, of) => of.MaxBy(each => each.Peak)!))
        {
            var subject = await db.Database.SqlQuery<string>(
                $"""select destination as "Value" from coordinator.job_object where job_id = {job.CorrelationId} and object_no = {worst.ObjectNo}""").SingleAsync();
            judged.Add(RejectsJudge.Judge(guards.Rejects, subject, worst.Peak, worst.Records));
        }

        return judged;
    }

    /// <summary>How long the run takes, and how fast it writes; and when that is to be looked at again.</summary>
    public static async Task<IReadOnlyList<Judgement>> JudgeTimeAsync(
        CoordinatorDbContext db, SyncJob job, GuardsDefinition guards, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var times = await RunHistories.OfAsync(Connection(db), job, cancellationToken);
        var ran = RunningTime.Of(job, now);
        (job.GuardsDueAt, job.GuardsToldAt) = (null, null);
        // A moment after it, so that it is beyond.
        if (DurationJudge.LimitOf(guards.Duration, times) is { } limit && ran <= limit) job.GuardsDueAt = now + (limit - ran) + TimeSpan.FromMilliseconds(1);
        Judgement?[] judged = [DurationJudge.Judge(guards.Duration, ran, times), .. await JudgePaceAsync(db, job, guards, times, now)];
        return [.. judged.OfType<Judgement>()];
    }

    static async Task<Judgement?[]> JudgePaceAsync(CoordinatorDbContext db, SyncJob job, GuardsDefinition guards, RunTimes times, DateTimeOffset now)
    {
        if (job.Phase != JobPhase.Loading) return [];
        var mark = job.PaceMark is null ? null : JsonSerializer.Deserialize<PaceMark>(job.PaceMark, PipelineJson.Options);
        RunningTime.DueBy(job, (mark is { } last && now - last.At < DurationJudge.Window ? last.At : now) + DurationJudge.Window);
        if (mark is not null && now - mark.At < DurationJudge.Window) return [];
        job.PaceMark = JsonSerializer.Serialize(new PaceMark(now, job.Written, job.BusyMs), PipelineJson.Options);
        // What somebody slows down, or what it waits for, is no collapse.
        if (mark is null || job.WaitingFor is not null || await HasCeilingAsync(db, job)) return [];
        var pace = new RunPace(now - mark.At, job.Written - mark.Written, TimeSpan.FromMilliseconds(job.BusyMs - mark.BusyMs));
        return [DurationJudge.JudgeThroughput(guards.Duration, pace, times), DurationJudge.JudgeLatency(guards.Duration, pace, times)];
    }

    static async Task<IReadOnlyList<Judgement>> CountedAsync(
        CoordinatorDbContext db, SyncJob job, int? objectNo, GuardsDefinition guards, CancellationToken cancellationToken)
    {
        var counts = await Histories.CountsAsync(Connection(db), job, objectNo, cancellationToken);
        return [.. counts.Select(count => VolumeJudge.Judge(guards.Volume, count.Object, count.Rows, count.Usual, count.Runs))];
    }

    static IReadOnlyList<Judgement> TooMany(IReadOnlyList<Judgement> counted) => [.. counted.Where(each => each.Outcome == JudgementOutcome.Tripped)];

    static async Task<bool> HasCeilingAsync(CoordinatorDbContext db, SyncJob job) =>
        (job.MaxRowsPerSecond ?? (await PipelineWork.LoadOptionsAsync(db, job)).MaxRowsPerSecond) > 0;

    /// <summary>Writes down what was judged, but for what the job was let pass.</summary>
    /// <returns>What has tripped that nobody has let it pass, and whether somebody is to be told of it.</returns>
    public static async Task<IReadOnlyList<GuardTripRow>> RecordAsync(
        CoordinatorDbContext db, SyncJob job, IReadOnlyList<Judgement> judged, GuardsDefinition guards, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var connection = Connection(db);
        var passed = await GuardRecords.PassedAsync(connection, job, cancellationToken);
        var kept = judged.Where(each => each.Outcome != JudgementOutcome.Tripped || !passed.Cover(each))
            .GroupBy(each => (each.Guard, each.Measure), (by, of) => KeptJudgement.Of([.. of], guards.ActionOf(by.Guard), passed.Rounds(by.Guard, by.Measure))).ToList();
        if (kept.Count > 0) await GuardRecords.KeepAsync(connection, job, kept, now, cancellationToken);
        if (job.GuardTrips == 0 && kept.All(each => each.Objects.Count == 0)) return [];
        var trips = await GuardRecords.TripsAsync(connection, job, now, cancellationToken);
        var open = trips.Where(trip => trip.PassedBy is null).ToList();
        (job.GuardTrips, job.GuardCause) = (trips.Count, open.LastOrDefault()?.Cause);
        return open;
    }

    /// <summary>The job goes on: it is let pass what has tripped so far, or all that has stopped it is judged anew.</summary>
    public static Task GoOnAsync(
        CoordinatorDbContext db, SyncJob job, bool passGuards, string actor, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (job.GuardTrips == 0) return Task.CompletedTask;
        job.GuardCause = null;
        return passGuards
            ? GuardRecords.PassAsync(Connection(db), job, actor, reason ?? "not said", now, cancellationToken)
            : JudgeAnewAsync(Connection(db), job, cancellationToken);
    }

    static async Task JudgeAnewAsync(NpgsqlConnection connection, SyncJob job, CancellationToken cancellationToken)
    {
        await GuardRecords.JudgeAnewAsync(connection, job, cancellationToken);
        // The destination may have been mended meanwhile.
        await CanaryHistories.ForgetAsync(connection, job, onlyUnjudged: job.ResumeTo != nameof(SyncJobStateMachine.Initializing), cancellationToken);
    }

    /// <summary>Another attempt is judged by itself.</summary>
    public static void StartOver(SyncJob job) => (job.GuardTrips, job.GuardCause, job.VolumeLimit) = (0, null, null);

    /// <summary>What the completed job has brought, for those after it.</summary>
    public static async Task KeepHistoryAsync(CoordinatorDbContext db, SyncJob job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var connection = Connection(db);
        await Histories.KeepAsync(connection, job, now, cancellationToken);
        await RunHistories.KeepAsync(connection, job, await HasCeilingAsync(db, job), cancellationToken);
        await CanaryHistories.KeepAsync(connection, job, DateOnly.FromDateTime(now.UtcDateTime), cancellationToken);
    }

    /// <summary>What a guard is to do, as the pipeline says.</summary>
    public static GuardAction ActionOf(this GuardsDefinition guards, Guard guard) => guard switch
    {
        Guard.Volume => guards.Volume.Action,
        Guard.Canary => guards.Canary.Action,
        Guard.Rejects => guards.Rejects.Action,
        Guard.Duration => guards.Duration.Action,
        _ => guards.FullLoad.Action,
    };

    static NpgsqlConnection Connection(CoordinatorDbContext db) => (NpgsqlConnection)db.Database.GetDbConnection();
}
