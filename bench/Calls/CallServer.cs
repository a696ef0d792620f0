using System.Globalization;
using System.Net;
using Grpc.AspNetCore.Server;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator;
using Headgate.JobCoordinator.Calls;
using Headgate.Rpc.Ports;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Headgate.Bench.Calls;

/// <summary>
/// A server of calls, run in a process of its own: the coordinator's calls without its bus, since nothing but calls is measured. The one
/// place where the compositions are made that are compared.
/// </summary>
static class CallServer
{
    public const string Verb = "serve-calls";

    /// <summary>The port of HTTP/2 for the compositions whose other port has HTTP/1.1 alone.</summary>
    public const string Http2Port = "BENCH_HTTP2_PORT";

    /// <summary>The folder of the answers that a bare server gives.</summary>
    public const string Answers = "BENCH_ANSWERS";

    /// <param name="composition">What is served.</param>
    /// <param name="isStream">Whether WatchJobs streams one message without an end, in place of all calls.</param>
    public static async Task<int> RunAsync(CallComposition composition, bool isStream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        switch (composition)
        {
            case CallComposition.Headgate:
                builder.ListenForRpc();
                AddCoordinator(builder);
                break;
            case CallComposition.AccessAlone:
                builder.ListenForRpc();
                AddCoordinator(builder);
                WithAccessAlone(builder);
                break;
            case CallComposition.GrpcAlone:
                ListenApart(builder);
                AddCoordinator(builder);
                if (isStream) WithNothing(builder);
                else WithAccessAlone(builder);
                break;
            default:
                ListenApart(builder);
                break;
        }

        await using var server = builder.Build();
        if (composition == CallComposition.Bare)
        {
            var bare = await BareEndpoint.ReadAsync(Setting(Answers), isStream);
            server.Run(bare.AnswerAsync);
        }
        else
        {
            server.MapGet("/health/ready", () => Results.Ok());
            if (isStream) server.MapGrpcService<StreamedJobs>();
            else server.MapCoordinatorCalls();
        }

        await server.RunAsync();
        return 0;
    }

    static void AddCoordinator(WebApplicationBuilder builder)
    {
        builder.AddJobCoordinator(ServiceSettings.Read(builder.Configuration));
        builder.AddCoordinatorCalls();
        builder.Services.AddMassTransit(bus => bus.UsingInMemory());
    }

    // Without it no handler knows who calls.
    static void WithAccessAlone(WebApplicationBuilder builder) => builder.Services.PostConfigure<GrpcServiceOptions>(options =>
    {
        foreach (var other in options.Interceptors.Where(each => each.Type.Name != "AccessInterceptor").ToList()) options.Interceptors.Remove(other);
    });

    // Not even the Connect protocol, which is a filter.
    static void WithNothing(WebApplicationBuilder builder)
    {
        builder.Services.RemoveAll<IStartupFilter>();
        builder.Services.PostConfigure<GrpcServiceOptions>(options => options.Interceptors.Clear());
    }

    static void ListenApart(WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Listen(IPAddress.Loopback, new Uri(Setting("ASPNETCORE_URLS")).Port, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(IPAddress.Loopback, int.Parse(Setting(Http2Port), CultureInfo.InvariantCulture), listen => listen.Protocols = HttpProtocols.Http2);
    });

    static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new BenchException($"{name} is not set.");
}
