using Grpc.Core;

namespace Headgate.JobCoordinator.Calls;

/// <summary>Hands the caller's scope from whoever checks keys to the methods.</summary>
public static class CallerScopes
{
    /// <summary>Says what the caller is bound to.</summary>
    public static void SetScope(this ServerCallContext context, ICallerScope scope) => context.UserState[typeof(ICallerScope)] = scope;

    /// <summary>The project that the caller is bound to; null: all, also where nobody has said so.</summary>
    public static string? ScopeProject(this ServerCallContext context) =>
        context.UserState.TryGetValue(typeof(ICallerScope), out var scope) ? ((ICallerScope)scope).Project : null;
}
