using Headgate.Contracts.Jobs;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Releases;

/// <summary>
/// Nobody waits for an answer to a release: one that fails is tried again, then left in the lane's error queue for an operator.
/// </summary>
sealed partial class ReleaseConsumer(AttemptReleases releases, ILogger<ReleaseConsumer> log) : IConsumer<ReleaseJob>
{
    public static void Retry(IRetryConfigurator retry)
    {
        retry.Ignore<OperationCanceledException>();
        retry.Intervals(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
    }

    public async Task Consume(ConsumeContext<ReleaseJob> context)
    {
        try
        {
            await releases.RunAsync(context.Message, context.CancellationToken);
        }
        catch (Exception error) when (!context.CancellationToken.IsCancellationRequested)
        {
            var problem = Problems.Of(error);
            LogFailed(context.Message.JobId, problem.Code, error.GetType().Name);
            // Without the cause: the exception travels with the message into the error queue.
            throw new StepException(problem);
        }
    }
}
