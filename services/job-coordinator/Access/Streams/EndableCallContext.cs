using Grpc.Core;

namespace Headgate.JobCoordinator.Access.Streams;

/// <summary>A call with another token, which its handler is to end by.</summary>
sealed class EndableCallContext : ServerCallContext
{
    // Where GetHttpContext() looks in a call that is not its own.
    const string HttpContextKey = "__HttpContext";

    readonly ServerCallContext _inner;

    public EndableCallContext(ServerCallContext inner, CancellationToken end)
    {
        (_inner, CancellationTokenCore) = (inner, end);
        inner.UserState[HttpContextKey] = inner.GetHttpContext();
    }

    protected override string MethodCore => _inner.Method;

    protected override string HostCore => _inner.Host;

    protected override string PeerCore => _inner.Peer;

    protected override DateTime DeadlineCore => _inner.Deadline;

    protected override Metadata RequestHeadersCore => _inner.RequestHeaders;

    protected override CancellationToken CancellationTokenCore { get; }

    protected override Metadata ResponseTrailersCore => _inner.ResponseTrailers;

    protected override Grpc.Core.Status StatusCore { get => _inner.Status; set => _inner.Status = value; }

    protected override WriteOptions? WriteOptionsCore { get => _inner.WriteOptions; set => _inner.WriteOptions = value; }

    protected override AuthContext AuthContextCore => _inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _inner.UserState;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);
}
