using Grpc.Core;
using Headgate.Connectors.Changes;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Reading;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Changes;

/// <summary>Whether a job's log is there, and what callers are told where it is not.</summary>
static class RecordedLog
{
    /// <exception cref="RpcException">FAILED_PRECONDITION, NOTHING_RECORDED: there is none, or none any more.</exception>
    public static void Demand(JobRow job)
    {
        if (job.Kind is JobKind.DryRun) throw Refused(job, $"Job {job.Id} is a dry run, which writes nothing.");
        if (job.Launched is null) throw Refused(job, $"Job {job.Id} has written nothing: it was not launched.");
        if (job.LogPurged is { } at)
            throw Refused(job, $"The change log of job {job.Id} is kept no longer: it was removed at {at:u}, as its pipeline's retention.changes was over.");
    }

    /// <summary>
    /// To be asked once all was read, and before that is said: a log is read in parts, and what was removed between two of them is missing from the whole.
    /// </summary>
    /// <exception cref="RpcException">FAILED_PRECONDITION, NOTHING_RECORDED: it is there no more.</exception>
    public static async Task DemandStillAsync(JobFinder finder, JobRow job, CancellationToken cancellationToken)
    {
        if ((await finder.ByIdAsync(job.Id, job.Project, cancellationToken)).Job.LogPurged is { } at)
            throw Refused(job, $"The change log of job {job.Id} was removed at {at:u}, while it was read: what was given is not the whole.");
    }

    /// <summary>What a worker's problem with the log means to the caller; null: there is nothing to tell.</summary>
    public static RpcException? Of(Problem problem, JobRow job)
    {
        switch (problem.Code)
        {
            case ChangeProblems.NotLogged:
                // What an object was before it is kept as the first thing after a launch.
                return job.Counts is { Inserted: 0, Updated: 0, Deleted: 0, Vanished: 0 } ? null
                    : Refused(job, $"The destination has nothing of job {job.Id}: its connection may lead elsewhere now, or schema headgate was made anew.");
            case ChangeProblems.Field: return CallErrors.Invalid(("field", problem.Sentence));
            case ChangeProblems.Key: return CallErrors.Invalid(("key", problem.Sentence));
            default: return CallErrors.Unavailable($"The destination's log cannot be read: {problem.Sentence}");
        }
    }

    /// <summary>NOTHING_RECORDED.</summary>
    public static RpcException Refused(JobRow job, string sentence) => CallErrors.Refused(
        new V1.Refusal
        {
            Rule = V1.Rule.NothingRecorded,
            Sentence = sentence,
            JobId = job.Id.ToString(),
            JobState = Enum.Parse<V1.JobState>(job.State),
        },
        $"job:{job.Id}");
}
