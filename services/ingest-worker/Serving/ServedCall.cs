using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Contracts.Records;
using Headgate.Relay.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>
/// A call that a coordinator holds, and what it is sent. To send waits while its client does not take what was sent before: no more is read than
/// is wanted.
/// </summary>
sealed class ServedCall : IAsyncDisposable
{
    static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    /// <summary>Silence for longer than this would be taken for the death of the worker: a statement can take longer than that.</summary>
    static readonly TimeSpan Pulse = TimeSpan.FromSeconds(10);

    readonly GrpcChannel _channel;
    readonly AsyncDuplexStreamingCall<ServeRequest, ServeResponse> _call;
    readonly CancellationTokenSource _end;
    readonly SemaphoreSlim _sending = new(1);
    readonly ITimer _pulse;
    Task _ended = Task.CompletedTask;

    ServedCall(GrpcChannel channel, AsyncDuplexStreamingCall<ServeRequest, ServeResponse> call, CancellationTokenSource end, TimeProvider time)
    {
        (_channel, _call, _end) = (channel, call, end);
        _pulse = time.CreateTimer(_ => _ = BeatAsync(), state: null, Pulse, Pulse);
    }

    /// <summary>What is to be done.</summary>
    public ServeResponse Work { get; private set; } = new();

    /// <summary>Fires when nobody wants the rest.</summary>
    public CancellationToken Gone => _end.Token;

    /// <exception cref="RpcException">The coordinator is not there, or holds no such call any more.</exception>
    public static async Task<ServedCall> ConnectAsync(ServeRecords asked, TimeProvider time, CancellationToken cancellationToken)
    {
        var channel = GrpcChannel.ForAddress(asked.ReplyTo, new GrpcChannelOptions
        {
            // A connection of its own; and not by way of a proxy of the machine's, since it never leaves the installation.
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = ConnectPatience,
                UseProxy = false,
                KeepAlivePingDelay = Pulse,
                KeepAlivePingTimeout = Pulse,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
        });
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var call = new RelayService.RelayServiceClient(channel).Serve(
            new Metadata { { "headgate-stream", asked.StreamId.ToString("N") } }, cancellationToken: end.Token);
        var served = new ServedCall(channel, call, end, time);
        try
        {
            if (!await call.ResponseStream.MoveNext(cancellationToken)) throw new RpcException(new Status(StatusCode.Cancelled, "There is no work."));
            served.Work = call.ResponseStream.Current;
            served._ended = served.WatchAsync();
            return served;
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
    }

    public Task SendAsync(ServeRequest part) => SendAsync(part, canWait: true);

    /// <summary>There is no more, and the coordinator knows it.</summary>
    public Task EndAsync() => FinishAsync(new ServeRequest { Done = true });

    public Task FailAsync(Contracts.Steps.Problem problem) =>
        FinishAsync(new ServeRequest { Problem = new Problem { Code = problem.Code, Sentence = problem.Sentence } });

    public async ValueTask DisposeAsync()
    {
        await _pulse.DisposeAsync();
        await _end.CancelAsync();
        _call.Dispose();
        _channel.Dispose();
        _end.Dispose();
    }

    async Task FinishAsync(ServeRequest last)
    {
        await SendAsync(last);
        // Kept: nothing is sent any more.
        await _sending.WaitAsync(_end.Token);
        await _call.RequestStream.CompleteAsync();
        // The coordinator ends the call once it has read that.
        await _ended;
    }

    async Task SendAsync(ServeRequest part, bool canWait)
    {
        if (!await _sending.WaitAsync(canWait ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, _end.Token)) return;
        try
        {
            await _call.RequestStream.WriteAsync(part, _end.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    async Task BeatAsync()
    {
        try
        {
            await SendAsync(new ServeRequest(), canWait: false);
        }
        catch (Exception)
        {
            // Nobody listens any more, which whoever sends something finds out as well.
        }
    }

    // Nothing comes after the work but the end.
    async Task WatchAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(_end.Token)) { }
        }
        catch (Exception)
        {
            // However it has ended.
        }

        try
        {
            await _end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // So has the call.
        }
    }
}
