using Headgate.Contracts.Starts;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using MassTransit;
using Npgsql;

namespace Headgate.JobCoordinator.Starts;

/// <summary>Tells the scheduler which of the runs that it has sent have reached their end here: what has not was lost on the way, or is on it.</summary>
sealed class AskRunsKnownConsumer(CoordinatorState state) : IConsumer<AskRunsKnown>
{
    public async Task Consume(ConsumeContext<AskRunsKnown> context)
    {
        await using var command = state.Source.CreateCommand(
            """
            select job_id from coordinator.sync_job where job_id = any($1)
            union select run_id from coordinator.skipped_run where run_id = any($1)
            union select run_id from coordinator.resumed_run where run_id = any($1)
            union select current_job_id from coordinator.pipeline where current_job_id = any($1)
            union select successor_run_id from coordinator.pipeline where successor_run_id = any($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. context.Message.Runs] });
        await context.RespondAsync(new RunsKnown { Runs = await command.ListAsync(row => row.GetGuid(0), context.CancellationToken) });
    }
}
