using System.Net;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Calls.Repairs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Recovery;
using Headgate.Tests.Servers;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>The reading calls on a real database, behind a real server and a real client.</summary>
public sealed class ReadingBench : IAsyncLifetime
{
    const string ScopeHeader = "bench-project";

    readonly TimeProvider? _time;
    WebApplication _server = null!;
    GrpcChannel _channel = null!;

    public ReadingBench()
    {
    }

    ReadingBench(TimeProvider time) => _time = time;

    public TestDatabase Database { get; private set; } = null!;

    public JobService.JobServiceClient Jobs => new(_channel);

    public PipelineService.PipelineServiceClient Pipelines => new(_channel);

    public RecordService.RecordServiceClient Records => new(_channel);

    public PipelineStore Store => _server.Services.GetRequiredService<PipelineStore>();

    internal JobFinder Finder => _server.Services.GetRequiredService<JobFinder>();

    internal RecoveryMarks Marks => _server.Services.GetRequiredService<RecoveryMarks>();

    internal Tokens Tokens => _server.Services.GetRequiredService<Tokens>();

    /// <summary>One of its own, on a time that the test moves.</summary>
    public static async Task<ReadingBench> StartAsync(TimeProvider time)
    {
        var bench = new ReadingBench(time);
        await bench.InitializeAsync();
        return bench;
    }

    /// <summary>What is sent along by a caller who is bound to a project.</summary>
    public static Metadata BoundTo(string project) => new() { { ScopeHeader, project } };

    public async Task InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync("reading");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.AddJobCoordinator(new ServiceSettings { State = Database.ConnectionString, Staging = "" });
        if (_time is not null) builder.Services.AddSingleton(_time);
        // Commands are not called here, but the services that have them are made.
        builder.AddHeadgateBus(amqp: null, _ => { });
        builder.Services.AddSingleton<AuditTrail>().AddSingleton<CallRooms>().AddSingleton<IdempotentCalls>().AddJobCommanding();
        builder.Services.AddRepairCalls();
        builder.Services.AddPipelineCommands();
        builder.Services.AddGrpc(options => options.Interceptors.Add<ScopeOfHeader>());
        _server = builder.Build();
        _server.MapGrpcService<JobCalls>();
        _server.MapGrpcService<PipelineCalls>();
        _server.MapGrpcService<RecordCalls>();
        await _server.StartAsync();
        // More streams than one connection takes.
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        _channel = GrpcChannel.ForAddress(_server.Urls.Single(), new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    /// <summary>Stops the server as a signal does.</summary>
    public void BeginToStop() => _server.Lifetime.StopApplication();

    /// <summary>A project that nothing else is in.</summary>
    public TestProject NewProject() => new(this, $"p{Guid.NewGuid():N}");

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        await Database.DisposeAsync();
    }

    sealed class ScopeOfHeader : Interceptor
    {
        static Caller CallerOf(ServerCallContext context) =>
            new() { Name = "bench", Role = Role.Viewer, Project = context.RequestHeaders.GetValue(ScopeHeader) };

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            context.SetCaller(CallerOf(context));
            return continuation(request, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            context.SetCaller(CallerOf(context));
            return continuation(request, responseStream, context);
        }
    }
}
