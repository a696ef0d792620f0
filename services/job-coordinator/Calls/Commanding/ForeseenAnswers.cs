using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>What jobs would answer to a command as they now stand, by the table that the state machine is tested against.</summary>
sealed class ForeseenAnswers(JobRefusals refusals)
{
    public async Task<IReadOnlyDictionary<Guid, CommandAnswered>> OfAsync(
        JobOrder order, IReadOnlyCollection<JobRow> jobs, CancellationToken cancellationToken)
    {
        var operation = order.Operation;
        IReadOnlyList<Guid> pipelines = operation == Operation.RestartJob ? [.. jobs.Select(job => job.PipelineId).Distinct()] : [];
        var current = await refusals.CurrentAsync(pipelines, cancellationToken);
        return jobs.ToDictionary(
            job => job.Id, job => Of(order, job, isTaken: current.TryGetValue(job.PipelineId, out var other) && other.Job != job.Id));
    }

    static CommandAnswered Of(JobOrder order, JobRow job, bool isTaken)
    {
        var (outcome, rule) = order.Operation == Operation.SetJobRate
            ? JobRates.Answer(job.State, job.MaxRowsPerSecond ?? 0, order.MaxRowsPerSecond)
            : CommandTable.Answer(order.Operation, job.State, job.Intent, job.Mode, job.Deleted is not null);
        if (outcome == CommandOutcome.Accepted && isTaken) (outcome, rule) = (CommandOutcome.Refused, CommandRule.ActiveJob);
        return new CommandAnswered
        {
            JobId = job.Id,
            Outcome = outcome,
            State = job.State,
            Rule = rule,
            Sentence = (outcome, rule) switch
            {
                (CommandOutcome.Accepted, _) => $"It would be accepted: the job is {job.State}.",
                (CommandOutcome.AlreadySo, _) => order.Operation switch
                {
                    Operation.DeleteJob => "There would be nothing to do: the job is deleted.",
                    Operation.SetJobRate => "There would be nothing to do: that is the job's ceiling.",
                    _ => $"There would be nothing to do: the job is {job.State}.",
                },
                (_, CommandRule.Final) => "It would be refused: the job has ended.",
                (_, CommandRule.PauseFirst) =>
                    "It would be refused: a launched job is paused before it is canceled; pause_first does both, force does not wait.",
                (_, CommandRule.ActiveJob) => "It would be refused: another job of the pipeline is active.",
                _ => $"It would be refused: the job is {job.State}.",
            },
        };
    }
}
