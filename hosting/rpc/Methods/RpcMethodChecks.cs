using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headgate.Rpc.Methods;

/// <summary>Looks at every method before the server serves any.</summary>
public static class RpcMethodChecks
{
    /// <summary>
    /// Calls <paramref name="check"/> for each method when the application starts, after all services were mapped and before the first
    /// connection is accepted. What it throws keeps the application from starting.
    /// </summary>
    public static IServiceCollection CheckRpcMethods(this IServiceCollection services, Action<RpcMethod> check)
    {
        services.TryAddSingleton<RpcMethods>();
        return services.AddSingleton<IStartupFilter>(provider => new MethodCheckFilter(provider.GetRequiredService<RpcMethods>(), check));
    }
}
