using Grpc.Core;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>Why a job is not repaired.</summary>
static class RepairRefusals
{
    /// <summary>It can still write.</summary>
    public static RpcException NotEnded(JobRow job) => PipelineRefusals.OfJob(
        Rule.State, ActiveJob.Of(job), $"Job {job.Id} is {job.State}: it has to end first; stop it, or wait for it.");

    /// <param name="job">The job.</param>
    /// <param name="why">In lower case.</param>
    public static RpcException Nothing(JobRow job, string why) =>
        PipelineRefusals.NothingRecorded(job.Id, job.State, $"Of job {job.Id} nothing is recorded: {why}.");

    /// <param name="job">The job.</param>
    /// <param name="taken">By whom one of its tables is written by now.</param>
    /// <param name="project">Of the caller; null: all.</param>
    public static RpcException TableTaken(JobRow job, TargetTakenException taken, string? project) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.TableTaken,
            Sentence = $"{(project is null || project == taken.OwnerProject ? taken.Message : taken.WithoutOwner)} "
                + $"Of job {job.Id} those objects can be rolled back, each by itself, which no other pipeline writes.",
            JobId = job.Id.ToString(),
            JobState = Enum.Parse<JobState>(job.State),
        },
        $"job:{job.Id}");

    public static RpcException Deleted(PipelineRecord pipeline) => PipelineRefusals.TakesNoRuns(
        pipeline.Id, pipeline.State, $"{pipeline.Project}/{pipeline.Name} was deleted: it takes no runs, repairs neither.");

    public static RpcException NotMapped(JobRow job, PipelineRecord pipeline, string what) => PipelineRefusals.NothingRecorded(
        job.Id, job.State, $"Job {job.Id}: {what}; version {pipeline.Version} of {pipeline.Project}/{pipeline.Name} has nothing to replay it by.");

    public static RpcException KeysChanged(JobRow job, RepairedTable table, IEnumerable<string> logged, IEnumerable<string> now) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.KeysChanged,
            Sentence = $"Object {table.Destination}: job {job.Id} wrote its records by {string.Join(", ", logged)}, and the pipeline file's key is "
                + $"{string.Join(", ", now)} now: they are found by the key that they were written by. Roll the job back and run again.",
            JobId = job.Id.ToString(),
            JobState = Enum.Parse<JobState>(job.State),
            WouldAccept = { Operation.RollbackJob },
        },
        $"job:{job.Id}");
}
