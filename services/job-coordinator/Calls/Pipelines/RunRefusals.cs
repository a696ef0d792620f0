using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>Why a run or repair was not started, as callers are told.</summary>
sealed class RunRefusals(JobQueries jobs)
{
    /// <param name="pipeline">Whose run it was to be.</param>
    /// <param name="answer">That it was skipped or refused.</param>
    /// <param name="meant">The job that was to be canceled for it; null: whichever is active.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<RpcException> OfAsync(PipelineRecord pipeline, RunAnswered answer, Guid? meant, CancellationToken cancellationToken) =>
        OfAsync(pipeline, answer, meant, "run", [Operation.CancelAndSyncNow], cancellationToken);

    /// <summary>The same of a repair. What is in its way may be just what is to be repaired: a run in its place would do it once more.</summary>
    public Task<RpcException> OfRepairAsync(PipelineRecord pipeline, RunAnswered answer, string what, CancellationToken cancellationToken) =>
        OfAsync(pipeline, answer, meant: null, what, [], cancellationToken);

    async Task<RpcException> OfAsync(
        PipelineRecord pipeline, RunAnswered answer, Guid? meant, string what, Operation[] instead, CancellationToken cancellationToken)
    {
        switch (answer.Rule)
        {
            case (RunRule.ActiveJob or RunRule.SuccessorWaits) and var rule when answer.JobId is { } id:
                // By the state in which it was in the way; it may have gone on since.
                var job = await FindAsync(id, nameof(SyncJobStateMachine.Pending), answer, cancellationToken);
                return rule == RunRule.SuccessorWaits
                    ? PipelineRefusals.OfJob(
                        Rule.SuccessorWaits, job, answer.SuccessorId is { } waiting
                            ? $"Run {waiting} waits for job {id} of {pipeline.Project}/{pipeline.Name} to end already; no {what} was started." : answer.Sentence)
                    : PipelineRefusals.OfJob(
                        Rule.ActiveJob, job, $"Job {id} of {pipeline.Project}/{pipeline.Name} is {job.State}{Instead(meant, id)}; no {what} was started.", instead);
            case RunRule.RepairFailed when answer.JobId is { } id:
                return PipelineRefusals.OfJob(
                    Rule.RepairFailed, await FindAsync(id, nameof(SyncJobStateMachine.Failed), answer, cancellationToken), answer.Sentence);
            case RunRule.NotEnded when answer.JobId is { } id:
                return PipelineRefusals.OfJob(
                    Rule.State, await FindAsync(id, nameof(SyncJobStateMachine.Processing), answer, cancellationToken), answer.Sentence);
            case RunRule.NothingRecorded when answer.JobId is { } id:
                return PipelineRefusals.NothingRecorded(id, answer.JobState, answer.Sentence);
            case RunRule.VersionChanged:
                return PipelineRefusals.VersionChanged(answer.JobId!.Value, answer.JobState, answer.Sentence);
            // Whatever is to be done is done about its resync.
            case RunRule.PipelineTakesNoRuns when answer is { PipelineState: nameof(PipelineState.Resyncing), JobId: { } id }:
                var resync = await FindAsync(id, nameof(SyncJobStateMachine.Pending), answer, cancellationToken);
                return PipelineRefusals.TakesNoRuns(
                    pipeline.Id, answer.PipelineState,
                    $"{answer.Sentence} That is job {id}, which {(resync.IsHeld ? "a guard holds until somebody lets it pass or cancels it" : $"is {resync.State}")}.",
                    resync);
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

    static string Instead(Guid? meant, Guid active) =>
        meant is { } job && job != active ? $" by now, and not job {job}, which was to be canceled" : "";

    async Task<ActiveJob> FindAsync(Guid id, string otherwise, RunAnswered answer, CancellationToken cancellationToken)
    {
        var look = await jobs.ByIdAsync(id, cancellationToken);
        var job = look.Jobs is [var row] ? ActiveJob.Of(row) : new ActiveJob(id, otherwise, IsBorn: otherwise != nameof(SyncJobStateMachine.Pending));
        return job with { State = answer.JobState ?? job.State };
    }
}
