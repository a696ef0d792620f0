using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.V1;
using Npgsql;
using RichStatus = Google.Rpc.Status;

namespace Headgate.JobCoordinator.Calls;

/// <summary>The errors that calls are answered with, with what a program needs to go on. None repeats what may be a secret.</summary>
public static class CallErrors
{
    /// <summary>INVALID_ARGUMENT with one or more fields and what is wrong with each.</summary>
    public static RpcException Invalid(params IEnumerable<(string Field, string Problem)> violations)
    {
        var request = new BadRequest();
        request.FieldViolations.AddRange(violations.Select(each => new BadRequest.Types.FieldViolation { Field = each.Field, Description = each.Problem }));
        return Error(StatusCode.InvalidArgument, string.Join(' ', request.FieldViolations.Select(each => $"{each.Field}: {each.Description}")), request);
    }

    /// <summary>NOT_FOUND, the same for what does not exist and for what is of a foreign project.</summary>
    public static RpcException NotFound(string sentence) => Error(StatusCode.NotFound, sentence);

    /// <summary>FAILED_PRECONDITION: a command that the state of things does not allow, with the rule and what would be accepted.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="subject">What it is about: job and its id, or pipeline and its name.</param>
    public static RpcException Refused(Refusal refusal, string subject)
    {
        var failure = new PreconditionFailure.Types.Violation { Type = NameOf(refusal.Rule), Subject = subject, Description = refusal.Sentence };
        return Error(StatusCode.FailedPrecondition, refusal.Sentence, new PreconditionFailure { Violations = { failure } }, refusal);
    }

    /// <summary>UNAVAILABLE: to be tried again.</summary>
    public static RpcException Unavailable(string sentence) => Error(StatusCode.Unavailable, sentence);

    /// <summary>UNAVAILABLE: a command was sent, and whether it has taken effect is not known yet.</summary>
    public static RpcException Unanswered(string who) =>
        Unavailable($"{who} has not answered in time; the command may still take effect. Repeat it with the same idempotency_key.");

    /// <summary>Whether the same may succeed later: the state database is away, busy, or has ended the session.</summary>
    public static bool IsPassing(NpgsqlException error) =>
        error.IsTransient || error.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown;

    /// <summary>As protos spell it: FAILED_PRECONDITION.</summary>
    public static string Shown(StatusCode code) => code == StatusCode.OK ? "OK"
        : string.Concat(code.ToString().Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    internal static RpcException Error(StatusCode code, string sentence, params IMessage[] details) => new RichStatus
    {
        Code = (int)code,
        Message = sentence,
        Details = { details.Select(detail => Any.Pack(detail)) },
    }.ToRpcException();

    // The name in the .proto file, without what all of its values begin with.
    static string NameOf(Rule rule) => RefusalReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(Rule)).FindValueByNumber((int)rule).Name["RULE_".Length..];
}
