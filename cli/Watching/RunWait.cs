using Grpc.Core;
using Headgate.Cli.Calls;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Watching;

/// <summary>Waits for a run to end, its turn included where it is the successor of an active job.</summary>
static class RunWait
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <returns>Done only if the run is Completed.</returns>
    public static async Task<int> ForAsync(Session session, Job job, RunOutcome outcome)
    {
        if (outcome != RunOutcome.Waiting) return await ForAsync(session, job.Id);
        var turn = new JobWatch(session, job.Id);
        if (!await turn.RunAsync(IsFinal)) return Left(session, turn);
        // It is made in the moment in which the other has ended, and seen a moment later.
        for (var since = TimeProvider.System.GetTimestamp(); ; await Task.Delay(Between, session.Stop))
        {
            try
            {
                return await ForAsync(session, job.SuccessorId);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                if (TimeProvider.System.GetElapsedTime(since) < Patience) continue;
                throw new CliException($"The run that waited was not started: {job.Project}/{job.Pipeline} took none any more when job {job.Id} had ended.")
                {
                    Next = [session.Suggestions.Of("pipelines", "show", $"{job.Project}/{job.Pipeline}")],
                };
            }
        }
    }

    public static async Task<int> ForAsync(Session session, string jobId)
    {
        var watch = new JobWatch(session, jobId);
        // Failed is not final, but it goes on only if somebody or the next due run says so; and what a guard has stopped only if somebody does.
        if (!await watch.RunAsync(job => IsFinal(job) || job.State == JobState.Failed || IsHeld(job))) return Left(session, watch);
        if (watch.Job is not { } job) throw new CliException($"Nothing was told of job {jobId}.");
        // What it found is not in what is watched.
        if (job.Kind == JobKind.DryRun)
            job = (await session.Calls.AskAsync(session.Calls.Jobs.GetJobAsync, new GetJobRequest { Job = new JobReference { Id = job.Id } }, session.Stop)).Job;
        if (!session.Screen.IsJson) session.Screen.Details(job);
        if (job is { Kind: JobKind.DryRun, State: JobState.Completed } && !session.Screen.IsJson) await ShowRecordsAsync(session, job);
        if (job is { Kind: JobKind.Rollback, Counts.Rejected: > 0 and var left } && !session.Screen.IsJson)
        {
            var next = session.Suggestions.Of("rejected", job.Id);
            session.Screen.Say($"{Shown.Number(left)} records were left as they are, as somebody has changed them since: {next}");
        }

        if (job is { Kind: JobKind.Replay, MissingAtSource: > 0 and var missing } && !session.Screen.IsJson)
        {
            var next = session.Suggestions.Of("diff", job.OfJobId);
            session.Screen.Say($"{Shown.Number(missing)} records are not at the source any more, and were left as they are: {next}");
        }

        if (job.State == JobState.Completed) return ExitCode.Done;
        var why = job.Error is not null ? $": {JobViews.ProblemOf(job.Error)}" : IsHeld(job) ? $" until somebody has looked. {job.Stop.Reason}" : ".";
        var accepted = job.Accepts.Select(each => session.Suggestions.For(each, job.Id, $"{job.Project}/{job.Pipeline}")).OfType<string>();
        string[] pass = IsHeld(job) ? [session.Suggestions.Of("resume", job.Id, "--pass-guards", "--reason", "TEXT")] : [];
        throw new CliException($"The job is {EnumName.Capital(job.State)}{why}") { Next = [.. pass, .. accepted] };
    }

    public static bool IsFinal(Job job) => job.State is JobState.Canceled or JobState.Completed or JobState.Discarded;

    static bool IsHeld(Job job) => job is { State: JobState.Paused, Stop.Cause: StopCause.Guard };

    /// <summary>What a dry run has found is known, whether or not records can be shown for it.</summary>
    static async Task ShowRecordsAsync(Session session, Job job)
    {
        if (job.DryRun is not { } dryRun || dryRun.Objects.All(each => each.Inserts + each.Updates == 0)) return;
        var records = new List<RecordChange>();
        try
        {
            var request = new ListChangesRequest { Job = new JobReference { Id = job.Id } };
            await foreach (var response in ChangedRecords.ReadAsync(session, request)) records.AddRange(response.Changes);
        }
        catch (RpcException error)
        {
            session.Screen.Remark($"No records are shown: {error.Status.Detail}");
            return;
        }

        if (records.Count == 0) return;
        session.Screen.Table(DryRunViews.Records(dryRun, records).WithoutEmptyColumns());
        session.Screen.Say($"{Shown.Number(records.Count)} records are kept to be shown whole: {session.Suggestions.Of("changes", job.Id)}");
    }

    static int Left(Session session, JobWatch watch)
    {
        session.Terminal.ErrorLine($"headgate: left; {(watch.IsCommanded ? "what was commanded before may still take effect" : "the run goes on")}.");
        return ExitCode.Refused;
    }
}
