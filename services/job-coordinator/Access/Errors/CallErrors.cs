using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.V1;
using RichStatus = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Access.Errors;

/// <summary>The errors that calls are answered with, each with its details. None repeats what may be a secret.</summary>
public static class CallErrors
{
    const string Domain = "headgate";
    const int LongestName = 63;

    /// <summary>INVALID_ARGUMENT with one or more fields and what is wrong with each.</summary>
    public static RpcException Invalid(params IEnumerable<(string Field, string Problem)> violations)
    {
        var request = new BadRequest();
        request.FieldViolations.AddRange(violations.Select(each => new BadRequest.Types.FieldViolation { Field = each.Field, Description = each.Problem }));
        return Error(StatusCode.InvalidArgument, string.Join(' ', request.FieldViolations.Select(each => $"{each.Field}: {each.Description}")), request);
    }

    /// <summary>NOT_FOUND, the same for what does not exist and for what is of a foreign project.</summary>
    public static RpcException NotFound(string what, string id) => Error(StatusCode.NotFound, $"There is no {what} {id}.");

    /// <summary>PERMISSION_DENIED: the caller is not bound to a project that the request names.</summary>
    public static RpcException ForeignProject(Caller caller, string project) => Error(
        StatusCode.PermissionDenied,
        $"{caller.Name} is not bound to project {project.Shortened(LongestName)}.",
        Info("FOREIGN_PROJECT", ("project", project.Shortened(LongestName))));

    /// <summary>PERMISSION_DENIED: it takes a caller that is bound to all projects.</summary>
    public static RpcException NotOfAllProjects(Caller caller) => Error(
        StatusCode.PermissionDenied, $"{caller.Name} is not bound to all projects.", Info("NOT_OF_ALL_PROJECTS"));

    /// <summary>PERMISSION_DENIED: the caller's role is too low.</summary>
    public static RpcException RoleTooLow(Caller caller, string method, Role needed) => Error(
        StatusCode.PermissionDenied,
        $"{method} takes role {Shown(needed)}; {caller.Name} has {Shown(caller.Role)}.",
        Info("ROLE_TOO_LOW", ("needed", Shown(needed)), ("role", Shown(caller.Role))));

    internal static RpcException NoKey() => Error(
        StatusCode.Unauthenticated, "No key: send `authorization: Bearer` and the secret of an API key.", Info("NO_KEY"));

    internal static RpcException WrongKey() => Error(
        StatusCode.Unauthenticated, "The key is not accepted: it is unknown, revoked or expired.", Info("KEY_NOT_ACCEPTED"));

    internal static RpcException NoRole(string name) => Error(
        StatusCode.PermissionDenied, $"The token of {name} brings no role and project that are known here.", Info("NO_ROLE"));

    internal static RpcException TooManyWrongKeys(TimeSpan after) => Error(
        StatusCode.ResourceExhausted, "Too many keys that are not accepted.", new RetryInfo { RetryDelay = Duration.FromTimeSpan(after) });

    internal static RpcException Unavailable(string sentence) => Error(StatusCode.Unavailable, sentence);

    /// <summary>As protos spell it: ADMIN.</summary>
    public static string Shown(Role role) => role.ToString().ToUpperInvariant();

    /// <summary>As protos spell it: FAILED_PRECONDITION.</summary>
    public static string Shown(StatusCode code) => code == StatusCode.OK ? "OK"
        : string.Concat(code.ToString().Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    static ErrorInfo Info(string reason, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        var info = new ErrorInfo { Domain = Domain, Reason = reason };
        foreach (var (key, value) in metadata) info.Metadata.Add(key, value);
        return info;
    }

    static RpcException Error(StatusCode code, string sentence, params IMessage[] details) => new RichStatus
    {
        Code = (int)code,
        Message = sentence,
        Details = { details.Select(detail => Any.Pack(detail)) },
    }.ToRpcException();
}
