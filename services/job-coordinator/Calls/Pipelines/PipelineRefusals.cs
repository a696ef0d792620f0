using Grpc.Core;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>Why commands on pipelines are refused.</summary>
static class PipelineRefusals
{
    public static RpcException State(LockedPipeline pipeline, string why) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.State,
            Sentence = $"{pipeline.FullName} is {pipeline.State}: {why}.",
            PipelineState = Enum.Parse<PipelineState>(pipeline.State),
            WouldAccept = { PipelineMessages.Accepts(pipeline.State) },
        },
        Subject(pipeline.Id));

    /// <summary>A job is in the way.</summary>
    /// <param name="rule">Of the refusal.</param>
    /// <param name="job">The job.</param>
    /// <param name="sentence">Why.</param>
    /// <param name="instead">What else than commands on the job would be accepted.</param>
    public static RpcException OfJob(Rule rule, ActiveJob job, string sentence, params ReadOnlySpan<Operation> instead)
    {
        var refusal = new Refusal { Rule = rule, Sentence = sentence, JobId = job.Id.ToString(), JobState = Enum.Parse<JobState>(job.State), Held = job.IsHeld };
        foreach (var operation in instead) refusal.WouldAccept.Add(operation);
        refusal.WouldAccept.AddRange(CommandTable.Accepts(job.State, job.Intent, job.Mode, isDeleted: false));
        return CallErrors.Refused(refusal, $"job:{job.Id}");
    }

    /// <param name="pipeline">The pipeline.</param>
    /// <param name="state">Its state.</param>
    /// <param name="sentence">Why.</param>
    /// <param name="resync">The job by which it is in that state; null: none.</param>
    public static RpcException TakesNoRuns(Guid pipeline, string state, string sentence, ActiveJob? resync = null)
    {
        var refusal = new Refusal { Rule = Rule.PipelineTakesNoRuns, Sentence = sentence, PipelineState = Enum.Parse<PipelineState>(state) };
        if (resync is not null)
        {
            (refusal.JobId, refusal.JobState, refusal.Held) = (resync.Id.ToString(), Enum.Parse<JobState>(resync.State), resync.IsHeld);
            refusal.WouldAccept.AddRange(CommandTable.Accepts(resync.State, resync.Intent, resync.Mode, isDeleted: false));
        }

        refusal.WouldAccept.AddRange(PipelineMessages.Accepts(state));
        return CallErrors.Refused(refusal, Subject(pipeline));
    }

    /// <summary>Of the job there is nothing to go by.</summary>
    public static RpcException NothingRecorded(Guid job, string? state, string sentence) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.NothingRecorded,
            Sentence = sentence,
            JobId = job.ToString(),
            JobState = state is null ? JobState.Unspecified : Enum.Parse<JobState>(state),
        },
        $"job:{job}");

    /// <summary>The file that the job would be replayed by is another one by now.</summary>
    public static RpcException VersionChanged(Guid job, string? state, string sentence) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.Version,
            Sentence = sentence,
            JobId = job.ToString(),
            JobState = state is null ? JobState.Unspecified : Enum.Parse<JobState>(state),
            WouldAccept = { Operation.ReplayJob },
        },
        $"job:{job}");

    /// <summary>Also where the job is another project's: its id alone tells nothing of it.</summary>
    public static RpcException StopUnconfirmed(Guid pipeline, Guid job, string sentence) => CallErrors.Refused(
        new Refusal { Rule = Rule.StopUnconfirmed, Sentence = sentence, JobId = job.ToString(), JobState = JobState.Discarded },
        Subject(pipeline));

    public static RpcException CannotRearm(LockedPipeline pipeline, string problem) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.Fence,
            Sentence = $"{pipeline.FullName} stays {pipeline.State}: its destination has changed, and could not be looked at to arm it anew. "
                + problem,
            PipelineState = Enum.Parse<PipelineState>(pipeline.State),
        },
        Subject(pipeline.Id));

    public static RpcException TableTaken(TargetTakenException taken, Caller caller) => CallErrors.Refused(
        new Refusal
        {
            Rule = Rule.TableTaken,
            Sentence = $"{(caller.MayUse(taken.OwnerProject) ? taken.Message : taken.WithoutOwner)} Nothing was applied.",
        },
        Subject(taken.Pipeline));

    public static RpcException Version(VersionConflictException conflict) => CallErrors.Refused(
        new Refusal { Rule = Rule.Version, Sentence = $"{conflict.Message} Nothing was applied.", WouldAccept = { Operation.ApplyPipeline } },
        Subject(conflict.InForce));

    public static RpcException Fence(IReadOnlyList<string> problems, PipelineDefinition first) => CallErrors.Refused(
        new Refusal { Rule = Rule.Fence, Sentence = $"{string.Join(' ', problems)} Nothing was applied." }, $"pipeline:{first.Project}/{first.Name}");

    static string Subject(Guid pipeline) => $"pipeline:{pipeline}";

    // One that is not there yet has no id that anybody could look up.
    static string Subject(AppliedPipeline pipeline) => pipeline.Version <= 1 ? $"pipeline:{pipeline.Name}" : Subject(pipeline.PipelineId);
}
