using Headgate.Contracts.Jobs;
using Headgate.Contracts.Starts;
using Headgate.JobCoordinator.Database;
using MassTransit;

namespace Headgate.JobCoordinator.Obligations;

/// <summary>
/// Marks what is owed as done by whom it is owed to: a release by a worker, a notice by the notifier,
/// what starts runs by the scheduler. A confirm of the broker is not enough
/// here: nobody else would notice that one was lost.
/// </summary>
sealed class AnswerConsumer(CoordinatorState state) : IConsumer<JobReleased>, IConsumer<NoticeKept>, IConsumer<StartRulesKept>
{
    public Task Consume(ConsumeContext<JobReleased> context) => MarkAsync(context.Message.ReleaseId, context.CancellationToken);

    public Task Consume(ConsumeContext<NoticeKept> context) => MarkAsync(context.Message.NoticeId, context.CancellationToken);

    public Task Consume(ConsumeContext<StartRulesKept> context) => MarkAsync(context.Message.ObligationId, context.CancellationToken);

    async Task MarkAsync(Guid obligation, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "update coordinator.obligation set answered_at = now() where obligation_id = $1 and answered_at is null");
        command.Parameters.AddWithValue(obligation);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
