using Grpc.AspNetCore.Server;
using Headgate.Rpc.Connect;
using Headgate.Rpc.Interception;
using Headgate.Rpc.Methods;
using Headgate.Rpc.Stop;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headgate.Rpc;

/// <summary>gRPC with what Headgate adds to it: the Connect protocol, logs and metrics of calls, mapped errors, an orderly stop.</summary>
public static class RpcRegistration
{
    /// <summary>
    /// Adds gRPC. Services, health and reflection are mapped as always; what is mapped is served by the Connect protocol too
    /// (<see cref="ConnectOptions"/>). Exceptions become what <see cref="ErrorMap"/> says.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Limits, and interceptors: they stand inside of logs, metrics and the stop, and see errors mapped.</param>
    public static IGrpcServerBuilder AddRpc(this IServiceCollection services, Action<GrpcServiceOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RpcMethods>();
        services.AddSingleton<JsonCodec>();
        services.AddSingleton<ConnectCalls>();
        services.AddSingleton<LateHandlers>();
        services.AddSingleton<IStartupFilter, RpcFilter>();
        services.PostConfigure<GrpcServiceOptions>(options => options.Interceptors.Add<ErrorMappingInterceptor>());
        return services.AddGrpc(options =>
        {
            options.Interceptors.Add<LoggingInterceptor>();
            options.Interceptors.Add<MetricsInterceptor>();
            options.Interceptors.Add<StopInterceptor>();
            configure?.Invoke(options);
        });
    }
}
