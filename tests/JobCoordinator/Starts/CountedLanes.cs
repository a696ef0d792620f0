using MassTransit;

namespace Headgate.JobCoordinator.Tests.Starts;

/// <summary>
/// A scheduler's way to the broker. It counts what the broker has confirmed, and can be cut off by it: then whoever sends dies with what it
/// was doing, when the broker has its message already.
/// </summary>
sealed class CountedLanes(IBus bus) : ISendEndpointProvider
{
    int _sent;
    int _left = int.MaxValue;
    int _lost;

    public int Sent => _sent;

    /// <summary>As of a broker that is emptied after it has confirmed so many messages.</summary>
    public void Lose(int messages) => _lost = messages;

    public void DieAfter(int messages) => _left = messages;

    public async Task<ISendEndpoint> GetSendEndpoint(Uri address)
    {
        if (Volatile.Read(ref _left) <= 0) throw new OperationCanceledException("The scheduler is dead.");
        return new Endpoint(this, await bus.GetSendEndpoint(address));
    }

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => bus.ConnectSendObserver(observer);

    void Confirmed()
    {
        Interlocked.Increment(ref _sent);
        if (Interlocked.Decrement(ref _left) <= 0) throw new OperationCanceledException("The scheduler is dead.");
    }

    sealed class Endpoint(CountedLanes lanes, ISendEndpoint endpoint) : ISendEndpoint
    {
        public async Task Send<T>(T message, CancellationToken cancellationToken = default)
            where T : class
        {
            if (Interlocked.Decrement(ref lanes._lost) >= 0) return;
            await endpoint.Send(message, cancellationToken);
            lanes.Confirmed();
        }

        public ConnectHandle ConnectSendObserver(ISendObserver observer) => endpoint.ConnectSendObserver(observer);

        public Task Send<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken = default)
            where T : class => throw new NotSupportedException();

        public Task Send<T>(T message, IPipe<SendContext> pipe, CancellationToken cancellationToken = default)
            where T : class => throw new NotSupportedException();

        public Task Send(object message, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task Send(object message, Type messageType, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task Send(object message, IPipe<SendContext> pipe, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task Send(object message, Type messageType, IPipe<SendContext> pipe, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task Send<T>(object values, CancellationToken cancellationToken = default)
            where T : class => throw new NotSupportedException();

        public Task Send<T>(object values, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken = default)
            where T : class => throw new NotSupportedException();

        public Task Send<T>(object values, IPipe<SendContext> pipe, CancellationToken cancellationToken = default)
            where T : class => throw new NotSupportedException();
    }
}
