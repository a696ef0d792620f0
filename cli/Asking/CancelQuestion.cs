using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Asking;

/// <summary>What is asked once a job is paused: where it stands, what the next run will do, and what can be done.</summary>
static class CancelQuestion
{
    /// <param name="job">Paused or Failed.</param>
    /// <param name="pipeline">Null: not known, and nothing is said of its schedule.</param>
    /// <param name="clock">Of the person who reads it.</param>
    public static string Of(Job job, Pipeline? pipeline, TimeProvider clock)
    {
        var state = EnumName.Capital(job.State);
        var where = job.RequestId.Length == 0 ? $"{state} before launch: nothing is written." : $"{state} at {Shown.Written(job)}.";
        return $"{where}{Schedule(job, pipeline, clock)} [c]ancel, cancel and pause the [s]chedule, [r]esume, [l]eave {state.ToLowerInvariant()}";
    }

    static string Schedule(Job job, Pipeline? pipeline, TimeProvider clock) => pipeline?.Schedule switch
    {
        null => "",
        { Paused: true } => " The schedule is paused already.",
        { NextRun: { } next } => $" The next run at {Shown.Clock(next, clock)} uses {Mapping(job, pipeline)}.",
        _ => " No next run is due.",
    };

    static string Mapping(Job job, Pipeline pipeline) => pipeline.Version == job.PipelineVersion
        ? "the same mapping"
        : $"version {pipeline.Version} of the mapping, this job version {job.PipelineVersion}";
}
