using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Connect;

/// <summary>A call's Connect-Timeout-Ms while its request is still on its way: gRPC counts what is left of it, from when all is there.</summary>
sealed class ConnectDeadline : IDisposable
{
    // Nobody sends for longer than that: a timer has its limits.
    static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    readonly HttpContext _http;
    readonly CancellationToken _aborted;
    readonly TimeSpan? _timeout;
    readonly long _began = TimeProvider.System.GetTimestamp();
    readonly CancellationTokenSource _passed;

    /// <summary>From here on the request is aborted when the deadline passes, until this is disposed.</summary>
    public ConnectDeadline(HttpContext http)
    {
        (_http, _aborted) = (http, http.RequestAborted);
        _timeout = ConnectRequest.Timeout(http.Request);
        _passed = CancellationTokenSource.CreateLinkedTokenSource(_aborted);
        if (_timeout is { } timeout) _passed.CancelAfter(timeout < Longest ? timeout : Longest);
        http.RequestAborted = _passed.Token;
    }

    /// <summary>Whether it was this that ended the request, and not its caller.</summary>
    public bool IsPassed => _passed.IsCancellationRequested && !_aborted.IsCancellationRequested;

    public static RpcException Passed() => new(new Status(StatusCode.DeadlineExceeded, "The deadline passed before the request was there."));

    /// <summary>Leaves the call what is left.</summary>
    /// <exception cref="RpcException">DEADLINE_EXCEEDED: nothing is.</exception>
    public void Leave()
    {
        if (_timeout is not { } timeout) return;
        var left = (long)(timeout - TimeProvider.System.GetElapsedTime(_began)).TotalMilliseconds;
        if (left <= 0) throw Passed();
        _http.Request.Headers[ConnectRequest.TimeoutHeader] = left.ToString(CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _http.RequestAborted = _aborted;
        _passed.Dispose();
    }
}
