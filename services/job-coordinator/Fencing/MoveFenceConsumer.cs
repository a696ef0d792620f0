using Headgate.Connectors;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>Moves the fence of a job's destination. The committed move alone confirms a launch or a stop.</summary>
sealed class MoveFenceConsumer(CoordinatorDbContext db, FenceOpener fences, IOptions<CoordinatorOptions> options, TimeProvider time)
    : IConsumer<MoveFence>
{
    public async Task Consume(ConsumeContext<MoveFence> context)
    {
        var move = context.Message;
        try
        {
            var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.CorrelationId == move.JobId, context.CancellationToken);
            // A move of an older epoch was overtaken by a later one; only the later one says where the fence is to stand.
            if (job is null || job.Epoch != move.Epoch) return;
            await using var fence = await fences.OpenAsync(job.PipelineId, job.PipelineVersion, context.CancellationToken);
            await PublishAsync(context, await fence.MoveAsync(Move(move, job.PipelineId), context.CancellationToken));
        }
        catch (ConnectorException) when (!move.Open && !move.EverLaunched)
        {
            await PublishAsync(context, new FenceMoveResult.Moved(new Dictionary<int, RecordCounts>(), time.GetUtcNow()));
        }
        catch (ConnectorException error)
        {
            await DelayAsync(context, $"The fence could not be moved: {error.Message}");
        }
    }

    FenceMove Move(MoveFence move, Guid pipelineId) => new()
    {
        PipelineId = pipelineId,
        JobId = move.JobId,
        JobNo = move.JobNo,
        Attempt = move.Attempt,
        Epoch = move.Epoch,
        Open = move.Open,
        Force = move.Force,
        Writer = move.Writer,
        Patience = options.Value.FencePatience,
    };

    static Task PublishAsync(ConsumeContext<MoveFence> context, FenceMoveResult result) => result switch
    {
        FenceMoveResult.Moved moved => context.Publish(new FenceMoved
        {
            JobId = context.Message.JobId,
            Epoch = context.Message.Epoch,
            Open = context.Message.Open,
            Counts = moved.Counts,
            At = moved.At,
        }),
        FenceMoveResult.Held held => DelayAsync(context, held.Waiting),
        _ => DelayAsync(context, "The fence stands for a later job already."),
    };

    static Task DelayAsync(ConsumeContext<MoveFence> context, string waiting) =>
        context.Publish(new FenceDelayed { JobId = context.Message.JobId, Epoch = context.Message.Epoch, Waiting = waiting });
}
