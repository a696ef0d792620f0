using Grpc.Core;

namespace Headgate.JobCoordinator.Access.Callers;

/// <summary>For services: who makes a call.</summary>
public static class CallerOfCall
{
    static readonly object Key = new();

    /// <exception cref="InvalidOperationException">The call did not come by way of <see cref="AccessInterceptor"/>.</exception>
    public static Caller Caller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var caller) ? (Caller)caller : throw new InvalidOperationException($"{context.Method} was not checked.");

    internal static void SetCaller(this ServerCallContext context, Caller caller) => context.UserState[Key] = caller;
}
