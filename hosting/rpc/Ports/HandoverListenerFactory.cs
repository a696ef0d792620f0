using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Headgate.Rpc.Ports;

/// <summary>Lets Kestrel listen for connections that are handed over.</summary>
sealed class HandoverListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is Handover;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(new Listener((Handover)endpoint));

    sealed class Listener(Handover handover) : IConnectionListener
    {
        public EndPoint EndPoint => handover;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await handover.Connections.WaitToReadAsync(cancellationToken) && handover.Connections.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            handover.Close();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
