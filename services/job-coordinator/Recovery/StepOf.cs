using Google.Protobuf.WellKnownTypes;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>Steps by how far they have come.</summary>
static class StepOf
{
    public static V1.RecoveryStep Open(V1.RecoveryStepKind kind, string sentence) =>
        Make(kind, V1.RecoveryStepState.Open, sentence);

    public static V1.RecoveryStep NotNeeded(V1.RecoveryStepKind kind, string sentence) =>
        Make(kind, V1.RecoveryStepState.NotNeeded, sentence);

    public static V1.RecoveryStep Done(V1.RecoveryStepKind kind, string sentence, DateTimeOffset at, string by)
    {
        var step = Make(kind, V1.RecoveryStepState.Done, sentence);
        (step.Done, step.DoneBy) = (Timestamp.FromDateTimeOffset(at), by);
        return step;
    }

    /// <summary>Done by a job that has ended.</summary>
    public static V1.RecoveryStep Done(V1.RecoveryStepKind kind, string sentence, RecoveryJob job)
    {
        var step = Done(kind, sentence, job.Finished!.Value, job.Actor);
        step.JobId = job.Id.ToString();
        return step;
    }

    public static V1.RecoveryStep Running(V1.RecoveryStepKind kind, string sentence, RecoveryJob job)
    {
        var step = Make(kind, V1.RecoveryStepState.Running, sentence);
        step.JobId = job.Id.ToString();
        return step;
    }

    static V1.RecoveryStep Make(V1.RecoveryStepKind kind, V1.RecoveryStepState state, string sentence) => new()
    {
        Kind = kind,
        State = state,
        Sentence = sentence,
        Optional = kind is V1.RecoveryStepKind.Rollback or V1.RecoveryStepKind.Replay,
        Operation = kind switch
        {
            V1.RecoveryStepKind.PauseSchedule => V1.Operation.PauseSchedule,
            V1.RecoveryStepKind.Rollback => V1.Operation.RollbackJob,
            V1.RecoveryStepKind.Fix => V1.Operation.ApplyPipeline,
            V1.RecoveryStepKind.DryRun => V1.Operation.DryRun,
            V1.RecoveryStepKind.Replay => V1.Operation.ReplayJob,
            V1.RecoveryStepKind.ResumeSchedule => V1.Operation.ResumeSchedule,
            _ => V1.Operation.Unspecified,
        },
    };
}
