using Grpc.Core;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using MassTransit;
using JobKind = Headgate.Contracts.Runs.JobKind;
using RunOutcome = Headgate.Contracts.Runs.RunOutcome;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>Asks the scheduler for a run, as everything does that starts one, and finds the job that came of it.</summary>
sealed class RunQuestions(RunRefusals refusals, JobBirths births, IBus bus, TimeProvider time)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="RpcException">UNAVAILABLE: nobody has answered in time. FAILED_PRECONDITION: it was not started, and why.</exception>
    public async Task<RunAnswered> AskAsync(StartRun run, PipelineRecord pipeline, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await bus.AskAsync<StartRun, RunAnswered>(Lanes.Runs, run, Patience, cancellationToken);
            return answer.Outcome is RunOutcome.Skipped or RunOutcome.Refused
                ? throw await refusals.OfAsync(pipeline, answer, run.ActiveJobId, cancellationToken) : answer;
        }
        catch (RequestException)
        {
            throw CallErrors.Unanswered("The scheduler");
        }
    }

    /// <summary>A repair is asked of the coordinator itself: it comes by no schedule, and over no other run.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: nobody has answered in time. FAILED_PRECONDITION: it was not started, and why.</exception>
    public async Task<RunAnswered> AskAsync(StartRepair repair, PipelineRecord pipeline, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await bus.AskAsync<StartRepair, RunAnswered>(Lanes.Starts, repair, Patience, cancellationToken);
            return answer.Outcome is RunOutcome.Refused ? throw await refusals.OfRepairAsync(
                pipeline, answer, repair.Kind == JobKind.Replay ? "replay" : "rollback", cancellationToken) : answer;
        }
        catch (RequestException)
        {
            throw CallErrors.Unanswered("The coordinator");
        }
    }

    /// <summary>The job that the answer names, as soon as it is there; one that is started and not there in time is shown as it will be.</summary>
    public Task<V1.Job> JobAsync(StartRun run, RunAnswered answer, CancellationToken cancellationToken) =>
        JobAsync(Expected(run, answer), answer, cancellationToken);

    /// <summary>The same of a repair.</summary>
    public Task<V1.Job> JobAsync(StartRepair repair, RunAnswered answer, CancellationToken cancellationToken) =>
        JobAsync(Expected(repair, answer), answer, cancellationToken);

    async Task<V1.Job> JobAsync(JobRow expected, RunAnswered answer, CancellationToken cancellationToken)
    {
        var isWanted = answer.Outcome == RunOutcome.Resumed ? job => job.State != nameof(SyncJobStateMachine.Failed) : (Func<JobRow, bool>?)null;
        var found = await births.WaitAsync(answer.JobId!.Value, cancellationToken, isWanted);
        if (found is null && answer.Outcome == RunOutcome.Resumed) throw CallErrors.Unanswered("The job");
        var (row, at) = found ?? (expected, time.GetUtcNow());
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

    JobRow Expected(StartRepair repair, RunAnswered answer) => new()
    {
        Id = answer.JobId!.Value,
        Project = repair.Project,
        Pipeline = repair.Pipeline,
        PipelineId = repair.PipelineId,
        PipelineVersion = answer.PipelineVersion ?? 0,
        Kind = repair.Kind,
        State = nameof(SyncJobStateMachine.Pending),
        Attempt = 1,
        Epoch = 0,
        Trigger = TriggerKind.SyncNow,
        Actor = repair.Actor,
        TriggerReason = repair.Reason,
        OfJobId = repair.Repair.JobId,
        Counts = new Contracts.Jobs.RecordCounts(),
        Created = time.GetUtcNow(),
        Changed = 0,
    };
}
