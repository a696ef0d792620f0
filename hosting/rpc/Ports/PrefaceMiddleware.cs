using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Headgate.Rpc.Ports;

/// <summary>Looks at how a connection begins, without taking it: HTTP/2 begins with <c>PRI </c>, which no HTTP/1.1 request does.</summary>
sealed class PrefaceMiddleware(ConnectionDelegate next, Handover handover, TimeProvider time)
{
    /// <summary>As long as Kestrel waits for a request's headers.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static ReadOnlySpan<byte> Preface => "PRI "u8;

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        switch (await IsHttp2Async(connection))
        {
            case true:
                var loan = new HandedOverConnection(connection);
                if (handover.TryAdd(loan)) await loan.ReturnedAsync;
                else connection.Abort(new ConnectionAbortedException("The server is stopping."));
                break;
            case false:
                await next(connection);
                break;
            default:
                connection.Abort(new ConnectionAbortedException("The connection sent nothing to tell its protocol by."));
                break;
        }
    }

    /// <summary>Null: nothing to tell by came in time.</summary>
    async Task<bool?> IsHttp2Async(ConnectionContext connection)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(either.Token);
                var begin = Begin(result.Buffer);
                var isDecided = begin.Length == Preface.Length || !Preface.StartsWith(begin);
                // What is not examined is there again at the next read, by whoever serves the connection.
                input.AdvanceTo(result.Buffer.Start, isDecided ? result.Buffer.Start : result.Buffer.End);
                if (isDecided) return Preface.SequenceEqual(begin);
                // HTTP/1.1 knows what to do with a connection that ended early.
                if (result.IsCompleted) return false;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ConnectionResetException or ConnectionAbortedException or IOException)
        {
            return null;
        }
    }

    static byte[] Begin(ReadOnlySequence<byte> buffer) => buffer.Slice(0, Math.Min(Preface.Length, buffer.Length)).ToArray();
}
