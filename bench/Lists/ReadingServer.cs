using System.Net;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Headgate.Bench.Stack;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator;
using Headgate.JobCoordinator.Calls;
using Headgate.V1;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Headgate.Bench.Lists;

/// <summary>The coordinator's calls over the same database, on a port of their own, and a client of them: what is measured is a whole call.</summary>
sealed class ReadingServer : IAsyncDisposable
{
    readonly WebApplication _server;
    readonly GrpcChannel _channel;
    readonly CallInvoker _calls;

    ReadingServer(WebApplication server, string key)
    {
        _server = server;
        _channel = GrpcChannel.ForAddress(server.Urls.Single());
        _calls = _channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {key}");
            return headers;
        });
    }

    public JobService.JobServiceClient Jobs => new(_calls);

    public PipelineService.PipelineServiceClient Pipelines => new(_calls);

    public static async Task<ReadingServer> StartAsync(Database state, string key, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.AddJobCoordinator(new ServiceSettings { State = state.ConnectionString, Staging = "" });
        builder.AddCoordinatorCalls();
        builder.Services.AddMassTransit(bus => bus.UsingInMemory());
        var server = builder.Build();
        server.MapCoordinatorCalls();
        await server.StartAsync(cancellationToken);
        return new ReadingServer(server, key);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }
}
