using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Cli.Tests.Running;

/// <summary>A real gRPC server whose answers are the test's. What it is not told to answer is UNIMPLEMENTED.</summary>
sealed class Coordinator : Interceptor, IAsyncDisposable
{
    readonly ConcurrentDictionary<Type, Func<IMessage, ServerCallContext, Task<IMessage>>> _answers = [];
    readonly ConcurrentDictionary<Type, Func<IMessage, Func<IMessage, Task>, ServerCallContext, Task>> _streams = [];
    readonly ConcurrentQueue<(IMessage Request, Metadata Headers)> _calls = [];
    WebApplication? _application;

    public string Address => _application!.Urls.Single();

    public IReadOnlyList<IMessage> Requests => [.. _calls.Select(call => call.Request)];

    public IReadOnlyList<Metadata> Headers => [.. _calls.Select(call => call.Headers)];

    /// <param name="certificate">With which it listens by TLS; null: in cleartext.</param>
    public static async Task<Coordinator> StartAsync(X509Certificate2? certificate = null)
    {
        var coordinator = new Coordinator();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        builder.Services.AddSingleton(coordinator);
        builder.Services.AddGrpc(options => options.Interceptors.Add<Coordinator>());
        var application = builder.Build();
        application.MapGrpcService<Jobs>();
        application.MapGrpcService<Pipelines>();
        application.MapGrpcService<Records>();
        application.MapGrpcService<Access>();
        await application.StartAsync();
        coordinator._application = application;
        return coordinator;
    }

    public Coordinator On<TRequest>(Func<TRequest, IMessage> answer)
        where TRequest : IMessage => On<TRequest>((request, _) => Task.FromResult(answer(request)));

    public Coordinator On<TRequest>(Func<TRequest, ServerCallContext, Task<IMessage>> answer)
        where TRequest : IMessage
    {
        _answers[typeof(TRequest)] = (request, context) => answer((TRequest)request, context);
        return this;
    }

    public Coordinator OnStream<TRequest>(Func<TRequest, Func<IMessage, Task>, ServerCallContext, Task> answer)
        where TRequest : IMessage
    {
        _streams[typeof(TRequest)] = (request, send, context) => answer((TRequest)request, send, context);
        return this;
    }

    public IReadOnlyList<TRequest> All<TRequest>() => [.. Requests.OfType<TRequest>()];

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        _calls.Enqueue(((IMessage)request, context.RequestHeaders));
        return _answers.TryGetValue(typeof(TRequest), out var answer) ? (TResponse)await answer((IMessage)request, context) : await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        _calls.Enqueue(((IMessage)request, context.RequestHeaders));
        if (_streams.TryGetValue(typeof(TRequest), out var answer)) await answer((IMessage)request, response => responseStream.WriteAsync((TResponse)response), context);
        else await continuation(request, responseStream, context);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _application!.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    sealed class Jobs : JobService.JobServiceBase;

    sealed class Pipelines : PipelineService.PipelineServiceBase;

    sealed class Records : RecordService.RecordServiceBase;

    sealed class Access : AccessService.AccessServiceBase;
}
