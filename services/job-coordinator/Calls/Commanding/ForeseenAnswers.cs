using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Doubts;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>What jobs would answer to a command as they now stand, by the table that the state machine is tested against.</summary>
sealed class ForeseenAnswers(CoordinatorState state, JobRefusals refusals, InFlight inFlight)
{
    public async Task<IReadOnlyDictionary<Guid, CommandAnswered>> OfAsync(
        JobOrder order, IReadOnlyCollection<JobRow> jobs, CancellationToken cancellationToken)
    {
        var doubt = await DoubtAsync(order, jobs, cancellationToken);
        IReadOnlyList<Guid> pipelines = order.Operation == Operation.RestartJob ? [.. jobs.Select(job => job.PipelineId).Distinct()] : [];
        var current = await refusals.CurrentAsync(pipelines, cancellationToken);
        return jobs.ToDictionary(job => job.Id, job =>
        {
            var isTaken = current.TryGetValue(job.PipelineId, out var other) && other.Job != job.Id;
            return Of(order, job, isTaken, doubt.TryGetValue(job.Id, out var records) ? records : null);
        });
    }

    async Task<IReadOnlyDictionary<Guid, long>> DoubtAsync(
        JobOrder order, IReadOnlyCollection<JobRow> jobs, CancellationToken cancellationToken)
    {
        if (order.AcceptInDoubt || order.Operation is not (Operation.ForceCancelJob or Operation.DiscardJob)) return new Dictionary<Guid, long>();
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return await inFlight.OfAsync(connection, [.. jobs.Select(job => job.Id)], cancellationToken);
    }

    static CommandAnswered Of(JobOrder order, JobRow job, bool isTaken, long? doubt)
    {
        var (outcome, rule) = order.Operation == Operation.SetJobRate
            ? JobRates.Answer(job.State, job.MaxRowsPerSecond ?? 0, order.MaxRowsPerSecond)
            : CommandTable.Answer(order.Operation, job.State, job.Intent, job.Mode, job.Deleted is not null);
        if (outcome == CommandOutcome.Accepted && isTaken) (outcome, rule) = (CommandOutcome.Refused, CommandRule.ActiveJob);
        if (outcome == CommandOutcome.Accepted && doubt is not null) (outcome, rule) = (CommandOutcome.Refused, CommandRule.AcceptInDoubt);
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
                (_, CommandRule.AcceptInDoubt) => $"It would be refused: {InFlight.Sentence(doubt)}.",
                (_, CommandRule.ActiveJob) => "It would be refused: another job of the pipeline is active.",
                _ => $"It would be refused: the job is {job.State}.",
            },
        };
    }
}
