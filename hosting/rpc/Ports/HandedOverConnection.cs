using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Ports;

/// <summary>A connection on loan: who disposes of it gives it back to the one that accepted it.</summary>
sealed class HandedOverConnection(ConnectionContext accepted) : ConnectionContext
{
    readonly TaskCompletionSource returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task ReturnedAsync => returned.Task;

    public override string ConnectionId { get => accepted.ConnectionId; set => accepted.ConnectionId = value; }

    // Its own: Kestrel puts features of the protocol on the connection, at both endpoints.
    public override IFeatureCollection Features { get; } = new FeatureCollection(accepted.Features);

    public override IDictionary<object, object?> Items { get => accepted.Items; set => accepted.Items = value; }

    public override IDuplexPipe Transport { get => accepted.Transport; set => accepted.Transport = value; }

    public override CancellationToken ConnectionClosed { get => accepted.ConnectionClosed; set => accepted.ConnectionClosed = value; }

    public override EndPoint? LocalEndPoint { get => accepted.LocalEndPoint; set => accepted.LocalEndPoint = value; }

    public override EndPoint? RemoteEndPoint { get => accepted.RemoteEndPoint; set => accepted.RemoteEndPoint = value; }

    public override void Abort(ConnectionAbortedException abortReason) => accepted.Abort(abortReason);

    public override ValueTask DisposeAsync()
    {
        returned.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
