using System.Collections.Concurrent;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using MassTransit;

namespace Headgate.Scheduler.Tests.Running;

/// <summary>Keeps what is sent, in the place of a broker that confirms at once; or fails, as one that is away.</summary>
sealed class HeldLanes : ISendEndpointProvider, ISendEndpoint
{
    readonly ConcurrentQueue<object> _sent = new();
    int _left = int.MaxValue;

    public IReadOnlyList<StartJob> Started => [.. _sent.OfType<StartJob>()];

    public IReadOnlyList<RecordMissedRuns> Recorded => [.. _sent.OfType<RecordMissedRuns>()];

    /// <summary>Takes so many messages more, and then none.</summary>
    public void GoAwayAfter(int messages) => _left = messages;

    public void ComeBack() => _left = int.MaxValue;

    public Task<ISendEndpoint> GetSendEndpoint(Uri address) => Task.FromResult<ISendEndpoint>(this);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => throw new NotSupportedException();

    public Task Send<T>(T message, CancellationToken cancellationToken = default)
        where T : class
    {
        if (Interlocked.Decrement(ref _left) < 0) return Task.FromException(new MassTransitException("The broker is away."));
        _sent.Enqueue(message);
        return Task.CompletedTask;
    }

    public Task Send<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken = default)
        where T : class => throw new NotSupportedException();

    public Task Send<T>(T message, IPipe<SendContext> pipe, CancellationToken cancellationToken = default)
        where T : class => throw new NotSupportedException();

    public Task Send(object message, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task Send(object message, Type messageType, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task Send(object message, IPipe<SendContext> pipe, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task Send(object message, Type messageType, IPipe<SendContext> pipe, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task Send<T>(object values, CancellationToken cancellationToken = default)
        where T : class => throw new NotSupportedException();

    public Task Send<T>(object values, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken = default)
        where T : class => throw new NotSupportedException();

    public Task Send<T>(object values, IPipe<SendContext> pipe, CancellationToken cancellationToken = default)
        where T : class => throw new NotSupportedException();
}
