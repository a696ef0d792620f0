using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.Cli.Tests.Running;

/// <summary>Errors as the coordinator answers them.</summary>
static class Refused
{
    public static RpcException By(Refusal refusal) => With(Code.FailedPrecondition, refusal.Sentence, refusal);

    public static RpcException Fields(params (string Field, string Description)[] violations)
    {
        var request = new BadRequest();
        request.FieldViolations.AddRange(violations.Select(each => new BadRequest.Types.FieldViolation { Field = each.Field, Description = each.Description }));
        return With(Code.InvalidArgument, "Several fields are wrong.", request);
    }

    public static RpcException With(Code code, string sentence, params IEnumerable<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = sentence };
        status.Details.AddRange(details.Select(Any.Pack));
        return status.ToRpcException();
    }

    public static RpcException Plainly(StatusCode code, string sentence) => new(new Grpc.Core.Status(code, sentence));
}
