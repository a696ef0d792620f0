using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.Notifier.Notices;

/// <summary>Hears of what somebody may have to be told, and writes it to the log: mail and webhooks are not sent yet.</summary>
sealed partial class NoticeConsumer(ILogger<NoticeConsumer> log) : IConsumer<ExtractionCanceled>, IConsumer<JobFailed>
{
    public Task Consume(ConsumeContext<ExtractionCanceled> context)
    {
        LogExtractionCanceled(context.Message.JobId, context.Message.Project, context.Message.Pipeline, context.Message.Actor);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<JobFailed> context)
    {
        LogJobFailed(context.Message.JobId, context.Message.Project, context.Message.Pipeline, context.Message.Error);
        return Task.CompletedTask;
    }
}
