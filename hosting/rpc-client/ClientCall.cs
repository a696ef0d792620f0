using System.IO.Pipelines;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Client;

/// <summary>One call: an HTTP/2 request whose outcome is settled once.</summary>
sealed class ClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    /// <summary>Longer deadlines are sent, and not watched here.</summary>
    static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    readonly GrpcChannel channel;
    readonly Method<TRequest, TResponse> method;
    readonly CallOptions options;
    readonly CancellationTokenSource canceled;
    readonly TaskCompletionSource<Metadata> headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<CallOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ITimer? deadline;
    HttpResponseMessage? response;
    FrameReader? frames;
    Task sending = Task.CompletedTask;

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    {
        this.channel = channel;
        this.method = method;
        this.options = options;
        canceled = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, channel.Disposed);
        // Whoever does not ask for them must not hear of their failure as unobserved.
        _ = headers.Task.ContinueWith(task => _ = task.Exception, TaskScheduler.Default);
    }

    public Task<Metadata> HeadersAsync => headers.Task;

    public Task<CallOutcome> OutcomeAsync => outcome.Task;

    public CancellationToken Canceled => canceled.Token;

    public MethodType Type => method.Type;

    /// <summary>Sends the one request.</summary>
    public void Start(TRequest request)
    {
        try
        {
            var frame = Serialize(request);
            sending = SendAsync(new ReadOnlyMemoryContent(frame));
        }
        catch (RpcException tooLarge)
        {
            Settle(tooLarge.Status, []);
        }
    }

    /// <summary>Begins a stream of requests.</summary>
    public RequestWriter<TRequest, TResponse> Start()
    {
        var content = new RequestStream();
        sending = SendAsync(content);
        return new RequestWriter<TRequest, TResponse>(this, content);
    }

    public ReadOnlyMemory<byte> Serialize(TRequest request) =>
        PayloadWriting.Message(request, method.RequestMarshaller.ContextualSerializer, channel.Options.MaxSendMessageSize);

    public async Task<TResponse> ReadSingleAsync()
    {
        var message = await ReadAsync();
        if (message is not null && await ReadAsync() is not null) Settle(new Status(StatusCode.Internal, "The response has more than one message."), []);
        var result = await outcome.Task;
        if (result.Status.StatusCode != StatusCode.OK) throw result.ToException();
        return message ?? throw new RpcException(new Status(StatusCode.Internal, "The response has no message."), result.Trailers);
    }

    /// <summary>The next message. Null: the call is over, its outcome settled.</summary>
    public async Task<TResponse?> ReadAsync()
    {
        await sending;
        if (outcome.Task.IsCompleted || frames is null) return null;
        try
        {
            var encoding = MetadataOf.First(response!.Headers, ProtocolHeaders.Encoding);
            var next = await frames.ReadAsync(
                frame => PayloadReading.Message(frame, encoding, channel.Options.MaxReceiveMessageSize, method.ResponseMarshaller.ContextualDeserializer),
                canceled.Token);
            if (next.TryGet(out var message)) return message;
            Settle(MetadataOf.Status(response.TrailingHeaders), MetadataOf.Read(response.TrailingHeaders));
        }
        catch (Exception error)
        {
            Settle(StatusOf(error), []);
            await canceled.CancelAsync();
        }

        return null;
    }

    public Status GetStatus() => Ended().Status;

    public Metadata GetTrailers() => Ended().Trailers;

    public void Cancel(Status with)
    {
        Settle(with, []);
        canceled.Cancel();
    }

    public void Dispose()
    {
        Cancel(new Status(StatusCode.Cancelled, "The call was disposed of."));
        deadline?.Dispose();
        response?.Dispose();
    }

    public Status StatusOf(Exception error) =>
        options.CancellationToken.IsCancellationRequested || channel.Disposed.IsCancellationRequested
            ? new Status(StatusCode.Cancelled, "The call was canceled.", error)
            : TransportErrors.StatusOf(error);

    async Task SendAsync(HttpContent content)
    {
        try
        {
            content.Headers.TryAddWithoutValidation("Content-Type", ProtocolHeaders.ContentType);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(channel.Address, method.FullName))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = content,
            };
            request.Headers.TryAddWithoutValidation("TE", "trailers");
            request.Headers.TryAddWithoutValidation("User-Agent", "headgate-rpc");
            request.Headers.TryAddWithoutValidation(ProtocolHeaders.AcceptEncoding, ProtocolHeaders.AcceptedEncodings);
            foreach (var (name, value) in MetadataHeaders.Write(options.Headers ?? Metadata.Empty)) request.Headers.TryAddWithoutValidation(name, value);
            if (!BeginDeadline(request)) return;
            response = await channel.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, canceled.Token);
            if (MetadataOf.Refusal(response) is { } refusal)
            {
                // Before anything else was sent, the trailers are among the headers.
                headers.TrySetResult(MetadataOf.Read(response.Headers));
                Settle(refusal, MetadataOf.Read(response.Headers));
                return;
            }

            frames = new FrameReader(PipeReader.Create(await response.Content.ReadAsStreamAsync(canceled.Token)), channel.Options.MaxReceiveMessageSize);
            headers.TrySetResult(MetadataOf.Read(response.Headers));
        }
        catch (Exception error)
        {
            Settle(StatusOf(error), []);
        }
    }

    /// <summary>False: it has passed already.</summary>
    bool BeginDeadline(HttpRequestMessage request)
    {
        if (options.Deadline is not { } at || at == DateTime.MaxValue) return true;
        var timeout = at.ToUniversalTime() - channel.Options.Time.GetUtcNow().UtcDateTime;
        var exceeded = new Status(StatusCode.DeadlineExceeded, "The deadline is exceeded.");
        if (timeout <= TimeSpan.Zero)
        {
            Settle(exceeded, []);
            return false;
        }

        request.Headers.TryAddWithoutValidation(ProtocolHeaders.Timeout, TimeoutHeader.Format(timeout));
        if (timeout < LongestTimer)
            deadline = channel.Options.Time.CreateTimer(_ => Cancel(exceeded), null, timeout, Timeout.InfiniteTimeSpan);
        return true;
    }

    void Settle(Status status, Metadata trailers)
    {
        if (!outcome.TrySetResult(new CallOutcome(status, trailers))) return;
        headers.TrySetException(new RpcException(status, trailers));
        deadline?.Dispose();
    }

    CallOutcome Ended() => outcome.Task.IsCompleted
        ? outcome.Task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("The call is not over.");
}
