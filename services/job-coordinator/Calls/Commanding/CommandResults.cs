using Headgate.Contracts.Jobs;
using Headgate.V1;
using Result = Headgate.V1.OperateJobsResponse.Types.Result;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>What jobs have answered, as callers are told.</summary>
static class CommandResults
{
    public static Result Of(Guid job, CommandAnswered answer) => new()
    {
        JobId = job.ToString(),
        Outcome = Enum.Parse<V1.CommandOutcome>(answer.Outcome.ToString()),
        Sentence = answer.Sentence,
    };

    /// <summary>Whether the sentence goes on with what becomes of the schedule.</summary>
    public static bool SaysNextRun(Operation operation, CommandAnswered answer) =>
        operation is Operation.CancelJob or Operation.PauseAndCancelJob or Operation.ForceCancelJob
        && answer is { Outcome: not Contracts.Jobs.CommandOutcome.Refused, Rule: not CommandRule.Missing };

    /// <summary>Says when the next run of the job's pipeline is due, or that none is.</summary>
    public static void AddNextRun(Result result, IReadOnlyDictionary<Guid, string> next)
    {
        if (next.TryGetValue(Guid.Parse(result.JobId), out var sentence)) result.Sentence = $"{result.Sentence.TrimEnd('.')}; {sentence}.";
    }

    public static Result NotFound(Guid job) =>
        new() { JobId = job.ToString(), Outcome = V1.CommandOutcome.NotFound, Sentence = $"There is no job {job}." };

    public static Result Unanswered(Guid job) => new()
    {
        JobId = job.ToString(),
        Outcome = V1.CommandOutcome.Unanswered,
        Sentence = "The job has not answered in time; the command may still take effect. Repeat it with the same idempotency_key.",
    };

    /// <summary>How many there are of each outcome.</summary>
    public static string Count(IReadOnlyCollection<Result> results)
    {
        var outcomes = results.GroupBy(result => result.Outcome).OrderBy(group => group.Key);
        return results.Count == 0 ? "no jobs" : string.Join(", ", outcomes.Select(group => $"{group.Count()} {Shown(group.Key)}"));
    }

    /// <summary>As protos spell it: ALREADY_SO.</summary>
    public static string Shown(V1.CommandOutcome outcome) => outcome switch
    {
        V1.CommandOutcome.AlreadySo => "ALREADY_SO",
        V1.CommandOutcome.NotFound => "NOT_FOUND",
        _ => outcome.ToString().ToUpperInvariant(),
    };
}
