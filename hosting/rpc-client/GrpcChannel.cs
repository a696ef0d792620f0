using Grpc.Core;
using Headgate.Rpc.Client;

namespace Grpc.Net.Client;

/// <summary>A way to a server, for any number of clients and calls at once. Named as in Grpc.Net.Client.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    /// <summary>A connection that died without a word is noticed within the sum of the two.</summary>
    static readonly TimeSpan KeepAlivePingDelay = TimeSpan.FromSeconds(20);
    static readonly TimeSpan KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource disposed = new();
    readonly bool ownsClient;

    GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (options is { HttpHandler: not null, HttpClient: not null })
            throw new ArgumentException("A handler or a client can be given, not both.", nameof(options));
        Address = address;
        Options = options;
        ownsClient = options.DisposeHttpClient || options is { HttpHandler: null, HttpClient: null };
        Http = options.HttpClient ?? new HttpClient(options.HttpHandler ?? NewHandler(), ownsClient) { Timeout = Timeout.InfiniteTimeSpan };
    }

    internal Uri Address { get; }

    internal GrpcChannelOptions Options { get; }

    internal HttpClient Http { get; }

    internal CancellationToken Disposed => disposed.Token;

    public static GrpcChannel ForAddress(string address) => ForAddress(new Uri(address));

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <param name="address">http: HTTP/2 without TLS. https: TLS.</param>
    /// <param name="channelOptions">May be shared by channels.</param>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions) =>
        address.Scheme is "http" or "https"
            ? new GrpcChannel(address, channelOptions)
            : throw new ArgumentException($"{address} is neither http nor https.", nameof(address));

    public override CallInvoker CreateCallInvoker() => new HttpCallInvoker(this);

    /// <summary>Gives up the calls under way and closes the connections.</summary>
    public void Dispose()
    {
        if (disposed.IsCancellationRequested) return;
        disposed.Cancel();
        if (ownsClient) Http.Dispose();
    }

    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    static SocketsHttpHandler NewHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = KeepAlivePingDelay,
        KeepAlivePingTimeout = KeepAlivePingTimeout,
        ConnectTimeout = ConnectTimeout,
        UseCookies = false,
        AllowAutoRedirect = false,
    };
}
