using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Calls;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Errors;

/// <summary>What callers are told who may not do what they ask for. Nothing of a key is repeated.</summary>
static class AccessErrors
{
    const string Domain = "headgate";
    const int LongestName = 63;

    /// <summary>PERMISSION_DENIED: the caller is not bound to a project that the request names.</summary>
    public static RpcException ForeignProject(string project) => CallErrors.Error(
        StatusCode.PermissionDenied,
        $"The key is not bound to project {project.Shortened(LongestName)}.",
        Info("FOREIGN_PROJECT", ("project", project.Shortened(LongestName))));

    /// <summary>PERMISSION_DENIED: it takes a caller that is bound to all projects.</summary>
    public static RpcException NotOfAllProjects(Caller caller) => CallErrors.Error(
        StatusCode.PermissionDenied, $"{caller.Name} is not bound to all projects.", Info("NOT_OF_ALL_PROJECTS"));

    /// <summary>PERMISSION_DENIED: the caller's role is too low.</summary>
    public static RpcException RoleTooLow(Caller caller, string method, Role needed) => CallErrors.Error(
        StatusCode.PermissionDenied,
        $"{method} takes role {Shown(needed)}; {caller.Name} has {Shown(caller.Role)}.",
        Info("ROLE_TOO_LOW", ("needed", Shown(needed)), ("role", Shown(caller.Role))));

    public static RpcException NoKey() => CallErrors.Error(
        StatusCode.Unauthenticated, "No key: send `authorization: Bearer` and the secret of an API key.", Info("NO_KEY"));

    /// <summary>UNAUTHENTICATED: a worker shows the number of no stream that waits for one.</summary>
    public static RpcException NoStream() => CallErrors.Error(
        StatusCode.Unauthenticated, "There is no such stream, or it is served already, or was given up.", Info("NO_STREAM"));

    public static RpcException WrongKey() => CallErrors.Error(
        StatusCode.Unauthenticated, "The key is not accepted: it is unknown, revoked or expired.", Info("KEY_NOT_ACCEPTED"));

    public static RpcException NoRole(string name) => CallErrors.Error(
        StatusCode.PermissionDenied, $"The token of {name} brings no role and project that are known here.", Info("NO_ROLE"));

    public static RpcException TooManyWrongKeys(TimeSpan after) => CallErrors.Error(
        StatusCode.ResourceExhausted, "Too many keys that are not accepted.", new RetryInfo { RetryDelay = Duration.FromTimeSpan(after) });

    /// <summary>As protos spell it: ADMIN.</summary>
    public static string Shown(Role role) => role.ToString().ToUpperInvariant();

    static ErrorInfo Info(string reason, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        var info = new ErrorInfo { Domain = Domain, Reason = reason };
        foreach (var (key, value) in metadata) info.Metadata.Add(key, value);
        return info;
    }
}
