using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using static Headgate.V1.OperateJobsRequest;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>What requests command; what cannot be is refused here, before anything is done.</summary>
static class RequestedOperations
{
    /// <summary>Whoever lets a job pass a guard says why.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: nothing is said.</exception>
    public static bool PassesGuards(bool passGuards, string reason) => passGuards && string.IsNullOrWhiteSpace(reason)
        ? throw CallErrors.Invalid(("reason", "Expected with pass_guards: why the job may pass the guards that have tripped on it.")) : passGuards;

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is no such mode.</exception>
    public static Operation Cancel(string field, CancelMode mode, bool pauseFirst)
    {
        var isForce = mode != CancelMode.Unspecified && JobFilters.Name(field, mode) == nameof(CancelMode.Force);
        return isForce ? Operation.ForceCancelJob : pauseFirst ? Operation.PauseAndCancelJob : Operation.CancelJob;
    }

    /// <summary>Whether records may be left in doubt.</summary>
    public static bool AcceptsDoubt(OperateJobsRequest request) => request.Cancel?.AcceptInDoubt ?? request.Discard?.AcceptInDoubt ?? false;

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: none is set.</exception>
    public static Operation Of(OperateJobsRequest request) => request.CommandCase switch
    {
        CommandOneofCase.Pause => Operation.PauseJob,
        CommandOneofCase.Resume => Operation.ResumeJob,
        CommandOneofCase.Cancel => Cancel("cancel.mode", request.Cancel.Mode, request.Cancel.PauseFirst),
        CommandOneofCase.Restart => Operation.RestartJob,
        CommandOneofCase.Discard => Operation.DiscardJob,
        CommandOneofCase.Abandon => Operation.AbandonJob,
        CommandOneofCase.Delete => Operation.DeleteJob,
        CommandOneofCase.SetRate => Operation.SetJobRate,
        _ => throw CallErrors.Invalid(("command", "It is not set: expected what to do with each job.")),
    };

    /// <summary>Of set_rate, its ceiling; of all else 0.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is none, or it is out of bounds.</exception>
    public static int RateOf(OperateJobsRequest request) => request.CommandCase != CommandOneofCase.SetRate ? 0
        : JobRates.Check("set_rate.max_rows_per_second", request.SetRate.HasMaxRowsPerSecond, request.SetRate.MaxRowsPerSecond);
}
