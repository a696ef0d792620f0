using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using MassTransit;
using JobKind = Headgate.Contracts.Runs.JobKind;
using RunOutcome = Headgate.Contracts.Runs.RunOutcome;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>Asks the scheduler for a run, as everything does that starts one, and finds the job that came of it.</summary>
sealed class RunQuestions(JobQueries jobs, JobBirths births, IBus bus, TimeProvider time)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="RpcException">UNAVAILABLE: nobody has answered in time. FAILED_PRECONDITION: it was not started, and why.</exception>
    public async Task<RunAnswered> AskAsync(StartRun run, PipelineRecord pipeline, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await bus.AskAsync<StartRun, RunAnswered>(Lanes.Runs, run, Patience, cancellationToken);
            return answer.Outcome is RunOutcome.Skipped or RunOutcome.Refused ? throw await RefusedAsync(run, pipeline, answer, cancellationToken) : answer;
        }
        catch (RequestException)
        {
            throw CallErrors.Unanswered("The scheduler");
        }
    }

    /// <summary>The job that the answer names, as soon as it is there; one that is started and not there in time is shown as it will be.</summary>
    public async Task<V1.Job> JobAsync(StartRun run, RunAnswered answer, CancellationToken cancellationToken)
    {
        var isWanted = answer.Outcome == RunOutcome.Resumed ? job => job.State != nameof(SyncJobStateMachine.Failed) : (Func<JobRow, bool>?)null;
        var found = await births.WaitAsync(answer.JobId!.Value, cancellationToken, isWanted);
        if (found is null && answer.Outcome == RunOutcome.Resumed) throw CallErrors.Unanswered("The job");
        var (row, at) = found ?? (Expected(run, answer), time.GetUtcNow());
        var job = JobMessages.Of(row, at);
        // It may have ended in between, and another one than the run's be the active job again.
        if (answer.SuccessorId is { } successor) job.SuccessorId = successor.ToString();
        return job;
    }

    // As it will be born: nothing but its number and the moment are the coordinator's that accepts it.
    JobRow Expected(StartRun run, RunAnswered answer) => new()
    {
        Id = answer.JobId!.Value,
        Project = run.Project,
        Pipeline = run.Pipeline,
        PipelineId = run.PipelineId!.Value,
        PipelineVersion = answer.PipelineVersion ?? 0,
        Kind = answer.Kind ?? JobKind.Incremental,
        State = nameof(SyncJobStateMachine.Pending),
        Attempt = 1,
        Epoch = 0,
        Trigger = run.Trigger,
        TriggerDetail = run.TriggerDetail,
        Actor = run.Actor,
        TriggerReason = run.Reason,
        Counts = new Contracts.Jobs.RecordCounts(),
        Created = time.GetUtcNow(),
        Changed = 0,
    };

    static string Instead(StartRun run, Guid active) =>
        run.ActiveJobId is { } meant && meant != active ? $" by now, and not job {meant}, which was to be canceled" : "";

    async Task<RpcException> RefusedAsync(StartRun run, PipelineRecord pipeline, RunAnswered answer, CancellationToken cancellationToken)
    {
        switch (answer.Rule)
        {
            case (RunRule.ActiveJob or RunRule.SuccessorWaits) and var rule when answer.JobId is { } id:
                var look = await jobs.ByIdAsync(id, cancellationToken);
                var job = look.Jobs is [var row] ? ActiveJob.Of(row) : new ActiveJob(id, nameof(SyncJobStateMachine.Pending), IsBorn: false);
                // By the state in which it was in the way; it may have gone on since.
                job = job with { State = answer.JobState ?? job.State };
                return rule == RunRule.SuccessorWaits
                    ? PipelineRefusals.OfJob(
                        Rule.SuccessorWaits, job, answer.SuccessorId is { } waiting
                            ? $"Run {waiting} waits for job {id} of {pipeline.Project}/{pipeline.Name} to end already; no run was started." : answer.Sentence)
                    : PipelineRefusals.OfJob(
                        Rule.ActiveJob, job, $"Job {id} of {pipeline.Project}/{pipeline.Name} is {job.State}{Instead(run, id)}; no run was started.",
                        Operation.CancelAndSyncNow);
            case RunRule.RepairFailed when answer.JobId is { } id:
                var repair = await jobs.ByIdAsync(id, cancellationToken);
                var failed = repair.Jobs is [var found] ? ActiveJob.Of(found) : new ActiveJob(id, nameof(SyncJobStateMachine.Failed), IsBorn: true);
                return PipelineRefusals.OfJob(Rule.RepairFailed, failed with { State = answer.JobState ?? failed.State }, answer.Sentence);
            case RunRule.PipelineTakesNoRuns:
                return PipelineRefusals.TakesNoRuns(pipeline.Id, answer.PipelineState ?? pipeline.State, answer.Sentence);
            case RunRule.StopUnconfirmed:
                return PipelineRefusals.StopUnconfirmed(pipeline.Id, answer.JobId!.Value, answer.Sentence);
            case RunRule.Missing:
                return CallErrors.NotFound($"There is no pipeline {pipeline.Project}/{pipeline.Name}.");
            default:
                throw new InvalidOperationException($"A run was {answer.Outcome} without a rule that is known.");
        }
    }
}
