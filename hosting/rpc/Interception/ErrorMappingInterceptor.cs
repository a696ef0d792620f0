using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Headgate.Rpc.Interception;

/// <summary>Turns exceptions of the application into what <see cref="ErrorMap"/> says. Others pass, and become UNKNOWN without their message.</summary>
public sealed class ErrorMappingInterceptor(IOptions<ErrorMap> map) : CallInterceptor
{
    protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        try
        {
            return await handler();
        }
        catch (Exception error) when (error is not RpcException && map.Value.Find(error) is not null)
        {
            throw map.Value.Find(error)!;
        }
    }
}
