using Headgate.Rpc.Hosting.Methods;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headgate.Rpc.Hosting.Connect;

/// <summary>Serves the Connect protocol beside gRPC: the same services by plain HTTP and JSON.</summary>
public static class ConnectRegistration
{
    public static IServiceCollection AddConnect(this IServiceCollection services, Action<ConnectOptions>? configure = null)
    {
        if (configure is not null) services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RpcMethods>();
        services.AddSingleton<JsonCodec>();
        services.AddSingleton<ConnectCalls>();
        return services.AddSingleton<IStartupFilter, ConnectFilter>();
    }
}
