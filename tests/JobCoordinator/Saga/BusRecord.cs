using System.Collections.Concurrent;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What went over the bench's bus, signals of what was handled, and sends that fail on purpose.</summary>
public sealed class BusRecord : ISendObserver, IPublishObserver, IConsumeObserver
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> _messages = new();
    readonly ConcurrentDictionary<(Guid Job, Type Message), TaskCompletionSource> _handled = new();
    readonly ConcurrentDictionary<(Guid Job, Type Message), bool> _refused = new();

    public ConcurrentQueue<object> Sent { get; } = new();

    public ConcurrentQueue<object> Published { get; } = new();

    /// <summary>Both, in the order in which they left.</summary>
    public ConcurrentQueue<object> Left { get; } = new();

    /// <summary>The ids under which messages left.</summary>
    public ConcurrentDictionary<object, Guid?> Ids { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The lanes that messages were sent to.</summary>
    public ConcurrentDictionary<object, string> Lanes { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The next command of this type about the job fails to leave, once.</summary>
    public void RefuseNext<T>(Guid job) => _refused[(job, typeof(T))] = true;

    /// <summary>Done when the message with this id is handled; ends in its exception if that fails.</summary>
    public Task HandledAsync(Guid messageId) => (_messages[messageId] = Signal()).Task.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Done when the next message of this type about the job is handled.</summary>
    public Task HandledAsync<T>(Guid job) => (_handled[(job, typeof(T))] = Signal()).Task.WaitAsync(TimeSpan.FromSeconds(20));

    Task ISendObserver.PreSend<T>(SendContext<T> context) =>
        JobOf(context.Message) is { } job && _refused.TryRemove((job, typeof(T)), out _)
            ? Task.FromException(new InvalidOperationException("The broker is away."))
            : Task.CompletedTask;

    Task ISendObserver.PostSend<T>(SendContext<T> context)
    {
        Ids[context.Message] = context.MessageId;
        Lanes[context.Message] = context.DestinationAddress!.AbsolutePath.TrimStart('/');
        Sent.Enqueue(context.Message);
        Left.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Task.CompletedTask;

    Task IPublishObserver.PrePublish<T>(PublishContext<T> context) => Task.CompletedTask;

    Task IPublishObserver.PostPublish<T>(PublishContext<T> context)
    {
        Ids[context.Message] = context.MessageId;
        Published.Enqueue(context.Message);
        Left.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    Task IPublishObserver.PublishFault<T>(PublishContext<T> context, Exception exception) => Task.CompletedTask;

    Task IConsumeObserver.PreConsume<T>(ConsumeContext<T> context) => Task.CompletedTask;

    Task IConsumeObserver.PostConsume<T>(ConsumeContext<T> context)
    {
        if (context.MessageId is { } id && _messages.TryRemove(id, out var awaited)) awaited.SetResult();
        if (JobOf(context.Message) is { } job && _handled.TryRemove((job, typeof(T)), out var handled)) handled.SetResult();
        return Task.CompletedTask;
    }

    Task IConsumeObserver.ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
    {
        if (context.MessageId is { } id && _messages.TryRemove(id, out var awaited)) awaited.SetException(exception);
        return Task.CompletedTask;
    }

    static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static Guid? JobOf(object message) => message.GetType().GetProperty("JobId")?.GetValue(message) as Guid?;
}
