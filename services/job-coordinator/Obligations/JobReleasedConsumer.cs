using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using MassTransit;

namespace Headgate.JobCoordinator.Obligations;

/// <summary>Marks a release as done by a worker. A confirm of the broker is not enough here: nobody else would notice that one was lost.</summary>
sealed class JobReleasedConsumer(CoordinatorState state) : IConsumer<JobReleased>
{
    public async Task Consume(ConsumeContext<JobReleased> context)
    {
        await using var command = state.Source.CreateCommand(
            "update coordinator.obligation set answered_at = now() where obligation_id = $1 and answered_at is null");
        command.Parameters.AddWithValue(context.Message.ReleaseId);
        await command.ExecuteNonQueryAsync(context.CancellationToken);
    }
}
