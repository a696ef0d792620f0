using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.V1;
using Status = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Calls;

/// <summary>Errors with what a program needs to go on: the fields, or the rule and what would be accepted.</summary>
static class Refusals
{
    public static RpcException Invalid(IReadOnlyCollection<BadRequest.Types.FieldViolation> violations)
    {
        var request = new BadRequest();
        request.FieldViolations.AddRange(violations);
        var first = violations.First();
        var more = violations.Count > 1 ? $" (and {violations.Count - 1} more)" : "";
        return Error(Code.InvalidArgument, $"{first.Field}: {first.Description}{more}", request);
    }

    public static RpcException Invalid(string field, string description) => Invalid([CommandFields.Violation(field, description)]);

    /// <summary>A command that the state of things does not allow.</summary>
    public static RpcException Precondition(Refusal refusal, string subject)
    {
        var failure = new PreconditionFailure();
        failure.Violations.Add(new PreconditionFailure.Types.Violation { Type = NameOf(refusal.Rule), Subject = subject, Description = refusal.Sentence });
        return Error(Code.FailedPrecondition, refusal.Sentence, failure, refusal);
    }

    public static RpcException NotFound(string what) => Error(Code.NotFound, what);

    public static RpcException Unanswered(string who) =>
        Error(Code.Unavailable, $"{who} has not answered in time; the command may still take effect. Repeat it with the same idempotency_key.");

    static RpcException Error(Code code, string message, params IEnumerable<IMessage> details)
    {
        var status = new Status { Code = (int)code, Message = message };
        status.Details.AddRange(details.Select(Any.Pack));
        return status.ToRpcException();
    }

    // The name in the .proto file, without what all of its values begin with.
    static string NameOf(Rule rule) => RefusalReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(Rule)).FindValueByNumber((int)rule).Name["RULE_".Length..];
}
