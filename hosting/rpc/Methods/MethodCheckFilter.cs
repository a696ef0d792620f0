using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Headgate.Rpc.Methods;

sealed class MethodCheckFilter(RpcMethods methods, Action<RpcMethod> check) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        // Endpoints are known when the pipeline stands.
        next(application);
        foreach (var method in methods.All) check(method);
    };
}
