using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Cli.Configuration;
using Headgate.V1;

namespace Headgate.Cli.Calls;

/// <summary>Calls of the coordinator. One that is UNAVAILABLE is made again, as it is, a few times.</summary>
sealed class CoordinatorCalls : IDisposable
{
    const int Tries = 4;
    const int LargestAnswer = 64 << 20;

    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    readonly GrpcChannel _channel;
    readonly Metadata _headers = [];
    readonly TimeSpan _timeout;

    /// <param name="settings">Where the coordinator is.</param>
    /// <param name="keepalive">Null: the usual one.</param>
    public CoordinatorCalls(Settings settings, Keepalive? keepalive = null)
    {
        keepalive ??= Keepalive.Usual;
        _timeout = settings.Timeout;
        if (settings.Key is not null) _headers.Add("authorization", $"Bearer {settings.Key}");
        _channel = GrpcChannel.ForAddress(settings.Server, new GrpcChannelOptions
        {
            // Cleartext goes where the address says, and past any proxy: the key would be shown to it.
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = settings.Server.Scheme == Uri.UriSchemeHttps,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                KeepAlivePingDelay = keepalive.Delay,
                KeepAlivePingTimeout = keepalive.Timeout,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestAnswer,
            MaxReconnectBackoff = TimeSpan.FromSeconds(1),
            InitialReconnectBackoff = FirstPause,
        });
        Jobs = new(_channel);
        Pipelines = new(_channel);
        Records = new(_channel);
        Access = new(_channel);
    }

    public JobService.JobServiceClient Jobs { get; }

    public PipelineService.PipelineServiceClient Pipelines { get; }

    public RecordService.RecordServiceClient Records { get; }

    public AccessService.AccessServiceClient Access { get; }

    /// <summary>Whether a command was sent that may have taken effect, or yet may.</summary>
    public bool IsCommanded { get; private set; }

    public async Task<TResponse> AskAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : IMessage
    {
        var before = IsCommanded;
        IsCommanded |= request.IsCommand();
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + _timeout;
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var call = method(request, new CallOptions(_headers, deadline, cancellationToken));
                return await call;
            }
            catch (RpcException error) when ((error.StatusCode == StatusCode.Unavailable || error.IsUnansweredPing())
                && tries < Tries && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(FirstPause * (1 << (tries - 1)), cancellationToken);
            }
            catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.InvalidArgument or StatusCode.NotFound
                or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented)
            {
                IsCommanded = before;
                throw;
            }
        }
    }

    /// <summary>A stream that goes on where it broke off.</summary>
    public ResumableStream<TResponse> Stream<TResponse>(
        Func<string, CallOptions, AsyncServerStreamingCall<TResponse>> open, Func<TResponse, string> tokenOf)
        where TResponse : class =>
        new((token, cancellationToken) => open(token, new CallOptions(_headers, cancellationToken: cancellationToken)), tokenOf, StreamPatience.Usual);

    public void Dispose() => _channel.Dispose();
}
