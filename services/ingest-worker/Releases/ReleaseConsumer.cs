using Headgate.Contracts.Jobs;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Releases;

/// <summary>A release that fails is not answered, and so sent again; nothing of it stays in the broker.</summary>
sealed partial class ReleaseConsumer(AttemptReleases releases, ILogger<ReleaseConsumer> log) : IConsumer<ReleaseJob>
{
    public async Task Consume(ConsumeContext<ReleaseJob> context)
    {
        try
        {
            await releases.RunAsync(context.Message, context.CancellationToken);
            if (context.MessageId is { } id) await context.Publish(new JobReleased { JobId = context.Message.JobId, ReleaseId = id });
        }
        catch (Exception error) when (!context.CancellationToken.IsCancellationRequested)
        {
            LogFailed(context.Message.JobId, Problems.Of(error).Code, error.GetType().Name);
        }
    }
}
