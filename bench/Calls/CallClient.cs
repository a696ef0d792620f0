using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Headgate.Bench.Calls;

/// <summary>
/// A client on the same footing for all: prepared bytes by the runtime's own HTTP, no library of gRPC. One connection for each
/// call of HTTP/1.1, and for as many as the order says of HTTP/2.
/// </summary>
sealed class CallClient : IDisposable
{
    readonly CallOrder _order;
    readonly HttpMessageInvoker[] _connections;
    int _next;

    public CallClient(CallOrder order)
    {
        _order = order;
        var connections = order.IsGrpc ? (order.AtOnce + order.CallsOfConnection - 1) / order.CallsOfConnection : 1;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan }))];
    }

    /// <param name="call">The number of the call among those at the same time.</param>
    /// <param name="isStream">Whether it is a streaming call.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(int call, bool isStream, CancellationToken cancellationToken)
    {
        var body = _order.Bodies[Math.Abs(Interlocked.Increment(ref _next) % _order.Bodies.Count)];
        var request = new HttpRequestMessage(HttpMethod.Post, $"{_order.Server}/headgate.v1.JobService/{_order.Method}")
        {
            Version = _order.IsGrpc ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(_order.IsGrpc ? "application/grpc" : isStream ? "application/connect+json" : "application/json");
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {_order.Key}");
        if (_order.IsGrpc) request.Headers.TryAddWithoutValidation("te", "trailers");
        var response = await _connections[call % _connections.Length].SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK) return response;
        throw new BenchException($"{_order.Method}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>A whole unary call; returns its answer.</summary>
    public async Task<byte[]> CallAsync(int call, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(call, isStream: false, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (_order.IsGrpc && !(response.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Single() == "0"))
            throw new BenchException($"{_order.Method} was refused: {response.Headers}{response.TrailingHeaders}");
        return answer;
    }

    /// <summary>The first message of a stream, in its envelope.</summary>
    public async Task<byte[]> FirstMessageAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(0, isStream: true, cancellationToken);
        await foreach (var message in Envelopes.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken))
            return Envelopes.Of(message.ToArray());
        throw new BenchException("The stream has no message.");
    }

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }
}
