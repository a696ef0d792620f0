using Kind = Headgate.V1.RecoveryStepKind;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>The schedule's switch, before and after.</summary>
static class ScheduleSteps
{
    public static V1.RecoveryStep Pause(RecoveryFacts facts)
    {
        var pipeline = facts.Pipeline;
        if (WithoutSchedule(pipeline, Kind.PauseSchedule) is { } nothing) return nothing;
        if (pipeline.SchedulePaused)
        {
            return StepOf.Done(
                Kind.PauseSchedule, $"The schedule is paused.{Triggers(pipeline)}", pipeline.Switched!.Value, pipeline.SwitchedBy!);
        }

        if (!facts.IsMended)
        {
            return StepOf.Open(
                Kind.PauseSchedule, $"Pause the schedule, before a run does the same again: {pipeline.Next.Sentence}.{Triggers(pipeline)}");
        }

        return WasPaused(facts)
            ? StepOf.Done(Kind.PauseSchedule, "The schedule was paused, and goes on since.", pipeline.Paused!.Value, pipeline.PausedBy!)
            : StepOf.NotNeeded(Kind.PauseSchedule, $"The schedule goes by a file that was mended{Next(pipeline)}.");
    }

    public static V1.RecoveryStep Resume(RecoveryFacts facts)
    {
        var pipeline = facts.Pipeline;
        if (WithoutSchedule(pipeline, Kind.ResumeSchedule) is { } nothing) return nothing;
        if (pipeline.SchedulePaused)
            return StepOf.Open(Kind.ResumeSchedule, "Let the schedule go on. What has come due meanwhile is not started.");
        if (!facts.IsMended)
            return StepOf.Open(Kind.ResumeSchedule, "Let the schedule go on, once it was paused and the file is mended.");
        return WasPaused(facts)
            ? StepOf.Done(Kind.ResumeSchedule, $"The schedule goes on{Next(pipeline)}.", pipeline.Switched!.Value, pipeline.SwitchedBy!)
            : StepOf.NotNeeded(Kind.ResumeSchedule, "The schedule is not paused.");
    }

    // Of one that is not paused now: it was switched off since there was the job, and on again after that.
    static bool WasPaused(RecoveryFacts facts) => facts.Pipeline.Paused >= facts.Created;

    static V1.RecoveryStep? WithoutSchedule(RecoveryPipeline pipeline, Kind kind) => pipeline switch
    {
        { IsDeleted: true } => StepOf.NotNeeded(kind, "The pipeline was deleted: it starts no runs."),
        { HasSchedule: false } => StepOf.NotNeeded(kind, $"The pipeline has no schedule.{Triggers(pipeline)}"),
        _ => null,
    };

    static string Triggers(RecoveryPipeline pipeline) => pipeline.HasTriggers ? " Events still start runs of it." : "";

    static string Next(RecoveryPipeline pipeline) => pipeline.Next.Due is null ? "" : $": {pipeline.Next.Sentence}";
}
