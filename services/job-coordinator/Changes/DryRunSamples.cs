using Grpc.Core;
using Headgate.Connectors.Changes;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Changes;

/// <summary>Whether there is something to show of what a dry run would write, and what callers are told where there is not.</summary>
static class DryRunSamples
{
    /// <exception cref="RpcException">FAILED_PRECONDITION, NOTHING_RECORDED: it has not come to its end.</exception>
    public static void Demand(JobRow job)
    {
        if (job.State is nameof(SyncJobStateMachine.Completed)) return;
        throw RecordedLog.Refused(
            job, $"Job {job.Id} is a dry run, which writes nothing; what it would write is shown once it is Completed: it is {job.State}.");
    }

    /// <summary>What a worker's problem with them means to the caller.</summary>
    public static RpcException Of(Problem problem, JobRow job) => problem.Code is ChangeProblems.SamplesGone
        ? RecordedLog.Refused(
            job, $"What job {job.Id} has shown of the records is not there any more: it is kept in the staging directory for the pipeline's "
            + "retention.staging. A new dry run shows it again.")
        : RecordedLog.Of(problem, job) ?? CallErrors.Unavailable(problem.Sentence);
}
