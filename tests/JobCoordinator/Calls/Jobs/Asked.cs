using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>What every command on one job is answered with, whatever its method.</summary>
public sealed record Asked(Job Job, string Sentence, CommandOutcome Outcome)
{
    /// <summary>Calls the method that an operation is of.</summary>
    public static async Task<Asked> AskAsync(
        JobService.JobServiceClient jobs, Operation operation, JobReference job, string reason = "", string key = "")
    {
        switch (operation)
        {
            case Operation.PauseJob:
                var paused = await jobs.PauseJobAsync(new PauseJobRequest { Job = job, Reason = reason, IdempotencyKey = key });
                return new Asked(paused.Job, paused.Sentence, paused.Outcome);
            case Operation.ResumeJob:
                var resumed = await jobs.ResumeJobAsync(new ResumeJobRequest { Job = job, Reason = reason, IdempotencyKey = key });
                return new Asked(resumed.Job, resumed.Sentence, resumed.Outcome);
            case Operation.CancelJob or Operation.PauseAndCancelJob or Operation.ForceCancelJob:
                var canceled = await jobs.CancelJobAsync(new CancelJobRequest
                {
                    Job = job,
                    Reason = reason,
                    IdempotencyKey = key,
                    PauseFirst = operation == Operation.PauseAndCancelJob,
                    Mode = operation == Operation.ForceCancelJob ? CancelMode.Force : CancelMode.Unspecified,
                });
                return new Asked(canceled.Job, canceled.Sentence, canceled.Outcome);
            case Operation.RestartJob:
                var restarted = await jobs.RestartJobAsync(new RestartJobRequest { Job = job, Reason = reason, IdempotencyKey = key });
                return new Asked(restarted.Job, restarted.Sentence, restarted.Outcome);
            case Operation.DiscardJob:
                var discarded = await jobs.DiscardJobAsync(new DiscardJobRequest { Job = job, Reason = reason, IdempotencyKey = key });
                return new Asked(discarded.Job, discarded.Sentence, discarded.Outcome);
            case Operation.AbandonJob:
                var abandoned = await jobs.AbandonJobAsync(new AbandonJobRequest { Job = job, Reason = reason, IdempotencyKey = key });
                return new Asked(abandoned.Job, abandoned.Sentence, abandoned.Outcome);
            case Operation.DeleteJob:
                var deleted = await jobs.DeleteJobAsync(new DeleteJobRequest { Job = job, Reason = reason, IdempotencyKey = key });
                return new Asked(deleted.Job, deleted.Sentence, deleted.Outcome);
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "It is not of one job.");
        }
    }
}
