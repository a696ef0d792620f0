using System.Collections.Concurrent;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Headgate.Rpc.Interception;
using Headgate.Rpc.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProbeClient = Headgate.Rpc.Testing.V1.ProbeService.ProbeServiceClient;

namespace Headgate.Rpc.Tests.Probe;

/// <summary>A server of the probe on one free port.</summary>
public sealed class ProbeServer : IAsyncDisposable
{
    public const int MaxReceiveSize = 1_000_000;
    public const int MaxSendSize = 20_000_000;

    readonly WebApplication application;

    ProbeServer(WebApplication built)
    {
        application = built;
        Address = new Uri(application.Urls.First(url => !url.Contains("http2-of", StringComparison.Ordinal)));
        Channel = NewChannel();
        Client = new ProbeClient(Channel);
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public GrpcChannel Channel { get; }

    public ProbeClient Client { get; }

    /// <summary>HTTP/1.1 to the same port.</summary>
    public HttpClient Http { get; }

    public ProbeCalls Calls => application.Services.GetRequiredService<ProbeCalls>();

    public MemoryLog Log => application.Services.GetRequiredService<MemoryLog>();

    /// <summary>Calls whose handlers run, those included that were answered already.</summary>
    public int OpenCalls => application.Services.GetRequiredService<OpenRequests>().Count;

    public IServiceProvider Services => application.Services;

    public static async Task<ProbeServer> StartAsync(
        Action<WebApplicationBuilder>? configure = null, Action<GrpcServiceOptions>? grpc = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.ListenForRpc();
        builder.Services.AddSingleton<MemoryLog>();
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<MemoryLog>());
        builder.Services.AddSingleton<ProbeCalls>();
        builder.Services.AddSingleton<OpenRequests>();
        builder.Services.AddSingleton<IStartupFilter>(services => services.GetRequiredService<OpenRequests>());
        builder.Services.AddRpc(options =>
        {
            options.MaxReceiveMessageSize = MaxReceiveSize;
            options.MaxSendMessageSize = MaxSendSize;
            grpc?.Invoke(options);
        });
        builder.Services.Configure<ErrorMap>(map => map.Map<MappedException>(StatusCode.FailedPrecondition));
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks();
        configure?.Invoke(builder);
        var built = builder.Build();
        built.MapGrpcService<ProbeService>();
        built.MapGrpcReflectionService();
        built.MapGrpcHealthChecksService();
        built.MapGet("/plain", () => "plain");
        map?.Invoke(built);
        await built.StartAsync();
        return new ProbeServer(built);
    }

    public GrpcChannel NewChannel(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions { MaxReceiveMessageSize = null };
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(Address, options);
    }

    /// <summary>Returns when the server has stopped.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => application.StopAsync(cancellationToken);

    public void BeginToStop() => application.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Http.Dispose();
        await application.DisposeAsync();
    }

    /// <summary>What was logged.</summary>
    public sealed class MemoryLog : ILoggerProvider
    {
        readonly ConcurrentQueue<string> lines = new();

        public IReadOnlyCollection<string> Lines => lines;

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, lines);

        public void Dispose()
        {
        }

        sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
        }
    }
}
