using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>
/// Lets a pending job begin when fewer jobs run than may. A job that is not let in asks again when the reconciler wakes it. Dry runs have a few
/// turns of their own: no run waits for one.
/// </summary>
sealed class GrantTurnConsumer(CoordinatorDbContext db, IOptions<CoordinatorOptions> options) : IConsumer<GrantTurn>
{
    const int DryRunsAtOnce = 2;

    public async Task Consume(ConsumeContext<GrantTurn> context)
    {
        var isDry = await db.Jobs.AnyAsync(job => job.CorrelationId == context.Message.JobId && job.Kind == JobKind.DryRun, context.CancellationToken);
        var running = await db.Jobs.CountAsync(
            job => (job.CurrentState == nameof(SyncJobStateMachine.Initializing) || job.CurrentState == nameof(SyncJobStateMachine.Processing))
                && (job.Kind == JobKind.DryRun) == isDry,
            context.CancellationToken);
        if (running < (isDry ? DryRunsAtOnce : options.Value.MaxRunningJobs))
            await context.SendTo(Lanes.JobCommands, new BeginJob { JobId = context.Message.JobId });
    }
}
