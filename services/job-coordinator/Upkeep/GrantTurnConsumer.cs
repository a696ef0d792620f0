using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>Lets a pending job begin when fewer jobs run than may. A job that is not let in asks again when the reconciler wakes it.</summary>
sealed class GrantTurnConsumer(CoordinatorDbContext db, IOptions<CoordinatorOptions> options) : IConsumer<GrantTurn>
{
    public async Task Consume(ConsumeContext<GrantTurn> context)
    {
        var running = await db.Jobs.CountAsync(
            job => job.CurrentState == nameof(SyncJobStateMachine.Initializing) || job.CurrentState == nameof(SyncJobStateMachine.Processing),
            context.CancellationToken);
        if (running < options.Value.MaxRunningJobs)
            await context.SendTo(Lanes.JobCommands, new BeginJob { JobId = context.Message.JobId });
    }
}
