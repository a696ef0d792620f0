using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Server.Calls;

/// <summary>One call: runs its handler, and ends it once, whoever is first: the handler, the deadline, the client or the server's stop.</summary>
sealed partial class ServerCall(HttpContext http, CallServer server, MethodType type) : ServerCallContext
{
    readonly CallResponse response = new(http);
    readonly CancellationTokenSource canceled = new();
    int ended;
    Task forced = Task.CompletedTask;
    DateTime deadline = DateTime.MaxValue;
    Metadata? requestHeaders;
    Metadata? trailers;
    Status status = Status.DefaultSuccess;
    bool compresses;

    public HttpContext Http => http;

    public PipeReader RequestBody => http.Request.BodyReader;

    public string? RequestEncoding { get; private set; }

    public int? MaxReceiveMessageSize => server.Options.MaxReceiveMessageSize;

    /// <summary>Whether the client has sent all it will.</summary>
    public bool RequestIsComplete { get; set; }

    protected override string MethodCore => http.Request.Path.Value ?? "";

    protected override string HostCore => http.Request.Host.Value ?? "";

    protected override string PeerCore => PeerName.Of(http.Connection);

    protected override DateTime DeadlineCore => deadline;

    protected override Metadata RequestHeadersCore => requestHeaders ??= ReadHeaders();

    protected override CancellationToken CancellationTokenCore => canceled.Token;

    protected override Metadata ResponseTrailersCore => trailers ??= [];

    protected override Status StatusCore { get => status; set => status = value; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => field ??= new AuthContext(null, []);

    protected override IDictionary<object, object> UserStateCore => field ??= new Dictionary<object, object>();

    bool IsOver => Volatile.Read(ref ended) == 1;

    /// <summary>Returns when the handler has, which can be long after the call was answered.</summary>
    public async Task RunAsync(Func<ServerCall, Task> handler)
    {
        server.Open.Begin();
        try
        {
            await RunHandlerAsync(handler);
            await forced;
        }
        finally
        {
            server.Open.End();
            canceled.Dispose();
        }
    }

    /// <summary>The message as a frame, compressed if the call is.</summary>
    public ReadOnlyMemory<byte> Frame<T>(T message, Action<T, SerializationContext> serializer, WriteOptions? options)
    {
        var plain = !compresses || options?.Flags.HasFlag(WriteFlags.NoCompress) is true;
        return PayloadWriting.Message(
            message, serializer, server.Options.MaxSendMessageSize, plain ? null : server.Options.ResponseCompressionLevel ?? CompressionLevel.Fastest);
    }

    /// <exception cref="InvalidOperationException">The call is over, or something is being written.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> frame, bool flush, CancellationToken cancellationToken)
    {
        if (!response.TryEnter()) throw Refused();
        try
        {
            if (IsOver) throw Refused();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(canceled.Token, cancellationToken);
            await response.WriteAsync(frame, flush, either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Half of it may be on its way: nothing can follow.
            Force(new Status(StatusCode.Cancelled, "A message was given up while it was being sent."));
            throw;
        }
        finally
        {
            response.Leave();
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        if (!response.TryEnter()) throw Refused();
        try
        {
            if (IsOver) throw Refused();
            await response.SendHeadersAsync(responseHeaders, canceled.Token);
        }
        finally
        {
            response.Leave();
        }
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Deadlines and cancellation are not handed on by themselves: give a call the token of this one.");

    async Task RunHandlerAsync(Func<ServerCall, Task> handler)
    {
        await using var aborted = http.RequestAborted.Register(() => Force(Status.DefaultCancelled));
        ITimer? timer = null;
        CancellationTokenRegistration stopping = default;
        try
        {
            timer = Begin();
            stopping = server.Stopping.Register(Stop);
            if (!IsOver) await handler(this);
            await EndAsync(status);
        }
        catch (Exception error)
        {
            await EndAsync(StatusOf(error));
        }
        finally
        {
            // Both wait for what they have begun, so that nothing of the request is touched after it.
            await stopping.DisposeAsync();
            if (timer is not null) await timer.DisposeAsync();
            if (stopTimer is not null) await stopTimer.DisposeAsync();
        }
    }

    ITimer? Begin()
    {
        compresses = server.Options.ResponseCompressionAlgorithm == ProtocolHeaders.Gzip
            && http.Request.Headers[ProtocolHeaders.AcceptEncoding].ToString().Split(',', StringSplitOptions.TrimEntries).Contains(ProtocolHeaders.Gzip);
        response.Begin(compresses);
        if (server.Stopping.IsCancellationRequested) throw new RpcException(Stopping);
        RequestEncoding = http.Request.Headers[ProtocolHeaders.Encoding].ToString();
        if (RequestEncoding is not ("" or ProtocolHeaders.Identity or ProtocolHeaders.Gzip)) throw WireErrors.UnknownEncoding(RequestEncoding);
        // Read here, where what is malformed can still be refused.
        requestHeaders = ReadHeaders();
        return BeginDeadline();
    }

    Metadata ReadHeaders()
    {
        var headers = new Metadata();
        foreach (var (name, values) in http.Request.Headers)
        {
            try
            {
                MetadataHeaders.Read(headers, name, values);
            }
            catch (FormatException)
            {
                throw WireErrors.Malformed($"The value of {name} is not base64.");
            }
            catch (ArgumentException)
            {
                // A header that HTTP allows and gRPC does not is no metadata.
            }
        }

        return headers;
    }

    InvalidOperationException Refused() => new(
        IsOver ? "The message cannot be written: the call is over." : "The message cannot be written: the one before is still being written.");
}
