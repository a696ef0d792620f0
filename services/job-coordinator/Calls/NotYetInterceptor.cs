using Grpc.Core;
using Headgate.Rpc.Interception;

namespace Headgate.JobCoordinator.Calls;

/// <summary>Answers what is <see cref="NotYet"/> there, to those who may call it.</summary>
sealed class NotYetInterceptor : CallInterceptor
{
    protected override Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler) =>
        NotYet.Find(context.Method) is { } error ? throw error : handler();
}
