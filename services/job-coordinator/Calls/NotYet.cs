using Grpc.Core;

namespace Headgate.JobCoordinator.Calls;

/// <summary>
/// Everything that the .proto files promise and this version does not do yet, in one place. Whole methods are left to the generated base
/// classes, which answer the same; health says of their services that they are not serving.
/// </summary>
static class NotYet
{
    public static RpcException PauseSchedule => Of("pause_schedule: schedules");

    public static RpcException PassGuards => Of("pass_guards: guards");

    public static RpcException CancelAndStart => Of("on_active_job CANCEL_AND_START");

    public static RpcException Estimates => Of("validate_only: estimates of a run");

    static RpcException Of(string what) => new(new Status(StatusCode.Unimplemented, $"{what} are not there yet; nothing was done."));
}
