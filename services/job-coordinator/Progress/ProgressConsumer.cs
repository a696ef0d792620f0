using Headgate.Contracts.Loading;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.JobCoordinator.Progress;

/// <summary>
/// Merges what the workers tell of their progress before the sagas hear of it: one message a job, however many came. A saga's transaction
/// is dear, and progress comes more often than all else. What is taken here is acknowledged when the broker has confirmed what was made
/// of it; until then it is delivered again, and told twice does no harm.
/// </summary>
sealed class ProgressConsumer(TimeProvider time) : IConsumer<Batch<JobProgressed>>
{
    /// <summary>Events merged at once.</summary>
    public const int MostInBatch = 1_000;

    /// <summary>How long the first of a batch waits for others: workers tell of a job once a second, and people look no faster.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How far apart batches are at least: a backlog of progress may wait, and must leave the cores to commands.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    // With the token of the connection: once that is lost the batch comes again, and nothing of this one need be waited for.
    public async Task Consume(ConsumeContext<Batch<JobProgressed>> context)
    {
        var began = time.GetTimestamp();
        await Task.WhenAll(
            MergedProgress.Of(context.Message.Select(told => told.Message))
                .Select(merged => context.SendTo(Lanes.JobProgress, merged, context.CancellationToken)));
        var left = Pace - time.GetElapsedTime(began);
        if (left > TimeSpan.Zero) await Task.Delay(left, time, context.CancellationToken);
    }
}
