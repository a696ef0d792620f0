using Headgate.Contracts.Jobs;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Releases;

/// <summary>A release that fails is tried again here, then left in the lane's error queue; without its answer it is sent again.</summary>
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
            if (context.MessageId is { } id) await context.Publish(new JobReleased { JobId = context.Message.JobId, ReleaseId = id });
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
