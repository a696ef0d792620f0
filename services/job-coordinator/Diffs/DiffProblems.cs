using Grpc.Core;
using Headgate.Connectors.Changes;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Changes;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using Problem = Headgate.Relay.V1.Problem;

namespace Headgate.JobCoordinator.Diffs;

/// <summary>What a worker's problem with a comparison means to the caller.</summary>
static class DiffProblems
{
    /// <summary>What workers call a key that is another one than the job wrote by.</summary>
    const string KeysChanged = "keys-changed";

    /// <summary>Null: there is nothing to tell, and nothing to compare.</summary>
    public static RpcException? Of(Problem problem, JobRow job, DiffJobRequest request) => problem.Code switch
    {
        ChangeProblems.NotLogged => RecordedLog.Of(problem, job),
        ChangeProblems.Field => CallErrors.Invalid(("fields", problem.Sentence)),
        ChangeProblems.Key => CallErrors.Invalid(("keys", problem.Sentence)),
        KeysChanged => CallErrors.Refused(
            new Refusal
            {
                Rule = Rule.KeysChanged,
                Sentence = $"{problem.Sentence} Roll the job back and run again.",
                JobId = job.Id.ToString(),
                JobState = Enum.Parse<JobState>(job.State),
                WouldAccept = { Operation.RollbackJob },
            },
            $"job:{job.Id}"),
        _ => CallErrors.Unavailable(
            $"The records cannot be compared{(request.File is null ? "" : " through the file")}: {problem.Sentence}"),
    };
}
