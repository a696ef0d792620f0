using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Faults;
using Headgate.Notifier.Outbox;
using MassTransit;

namespace Headgate.Notifier.Notices;

/// <summary>Writes down what is to be told of an event, and says so: until that is heard the event is sent again.</summary>
sealed class NoticeConsumer(OutboxStore outbox)
    : IConsumer<ExtractionCanceled>, IConsumer<JobFailed>, IConsumer<JobDeadlinePassed>, IConsumer<StopUnconfirmed>,
    IConsumer<GuardTripped>
{
    public Task Consume(ConsumeContext<ExtractionCanceled> context) =>
        KeepAsync(context, Noticed.Of(context.Message, IdOf(context)), context.Message.Notify, NotifyOccasion.ExtractionCanceled);

    public Task Consume(ConsumeContext<JobFailed> context) =>
        KeepAsync(context, Noticed.Of(context.Message, IdOf(context)), context.Message.Notify, NotifyOccasion.Failed);

    public Task Consume(ConsumeContext<JobDeadlinePassed> context) =>
        KeepAsync(context, Noticed.Of(context.Message, IdOf(context)), context.Message.Notify, NotifyOccasion.Deadline);

    public Task Consume(ConsumeContext<StopUnconfirmed> context) =>
        KeepAsync(context, Noticed.Of(context.Message, IdOf(context)), context.Message.Notify, NotifyOccasion.Deadline);

    public Task Consume(ConsumeContext<GuardTripped> context) =>
        KeepAsync(context, Noticed.Of(context.Message, IdOf(context)), context.Message.Notify, NotifyOccasion.Guard);

    async Task KeepAsync(ConsumeContext context, Notice notice, NotifyDefinition? notify, NotifyOccasion occasion)
    {
        // A subscribers' copy, which a queue that an earlier version has bound still hears: what is owed here comes by itself.
        if (notify is null) return;
        if (notify.On.Contains(occasion)) await outbox.KeepAsync(notice, notify, context.CancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.NoticeKept);
        await context.Publish(new NoticeKept { JobId = notice.JobId, NoticeId = notice.Id }, context.CancellationToken);
    }

    static Guid IdOf(ConsumeContext context) =>
        context.MessageId ?? throw new InvalidOperationException("An event without a message id cannot be told from its copies.");
}
