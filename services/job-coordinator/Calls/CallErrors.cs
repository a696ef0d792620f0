using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Calls;

/// <summary>What the reading calls answer where they have nothing to show.</summary>
static class CallErrors
{
    /// <summary>INVALID_ARGUMENT, naming the field.</summary>
    public static RpcException Invalid(string field, string description) => new Status
    {
        Code = (int)Code.InvalidArgument,
        Message = $"{field}: {description}",
        Details = { Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = description } } }) },
    }.ToRpcException();

    public static RpcException NotFound(string sentence) => new(new Grpc.Core.Status(StatusCode.NotFound, sentence));

    /// <summary>PERMISSION_DENIED: a project is named that the caller is not bound to.</summary>
    public static RpcException Foreign(string project) =>
        new(new Grpc.Core.Status(StatusCode.PermissionDenied, $"The key is not bound to project {project}."));

    /// <summary>UNAVAILABLE: the server stops.</summary>
    public static RpcException Stopping() =>
        new(new Grpc.Core.Status(StatusCode.Unavailable, "The server stops: go on with the last resume_token."));
}
