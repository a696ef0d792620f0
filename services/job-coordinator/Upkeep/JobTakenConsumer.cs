using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>
/// Tells a worker what it may have missed while it was not connected. All workers hear it: that an older epoch is over is true for each.
/// </summary>
sealed class JobTakenConsumer(CoordinatorDbContext db) : IConsumer<JobTaken>
{
    public async Task Consume(ConsumeContext<JobTaken> context)
    {
        var taken = context.Message;
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.CorrelationId == taken.JobId, context.CancellationToken) is not { } job) return;
        if (job.Epoch > taken.Epoch)
        {
            await context.Publish(new JobStopping { JobId = taken.JobId, Epoch = job.Epoch, Force = job.Mode == CancelMode.Force });
        }
        else if (job.MaxRowsPerSecond is { } rate)
        {
            var load = await PipelineWork.LoadOptionsAsync(db, job);
            await context.Publish(new JobRateChanged { JobId = taken.JobId, RateNo = job.RateNo, MaxRowsPerSecond = rate / (double)load.Parallelism });
        }
    }
}
