using Google.Rpc;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

/// <summary>Calls that are refused, and why.</summary>
static class Refused
{
    public static async Task<RpcException> AsAsync<T>(StatusCode code, AsyncUnaryCall<T> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.True(error.StatusCode == code, error.Status.ToString());
        return error;
    }

    /// <summary>FAILED_PRECONDITION, the details of which agree with each other.</summary>
    public static async Task<Refusal> ByAsync<T>(Rule rule, string subject, AsyncUnaryCall<T> call)
    {
        var error = await AsAsync(StatusCode.FailedPrecondition, call);
        var refusal = error.GetRpcStatus()!.GetDetail<Refusal>()!;
        var violation = error.GetRpcStatus()!.GetDetail<PreconditionFailure>()!.Violations.Single();
        Assert.Equal((rule, error.Status.Detail), (refusal.Rule, refusal.Sentence));
        Assert.Equal((subject, refusal.Sentence), (violation.Subject, violation.Description));
        return refusal;
    }

    /// <summary>INVALID_ARGUMENT: the fields that it names, and what is wrong with each.</summary>
    public static async Task<(string Field, string Problem)[]> InvalidAsync<T>(AsyncUnaryCall<T> call)
    {
        var error = await AsAsync(StatusCode.InvalidArgument, call);
        return [.. error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => (violation.Field, violation.Description))];
    }
}
