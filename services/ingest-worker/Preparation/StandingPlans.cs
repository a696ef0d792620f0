using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Preparation;

/// <summary>
/// What of a PrepareJob is planned already, or found blocked in its epoch. Plans are named by their first segment's number and never change
/// under it.
/// </summary>
sealed record StandingPlans(PrepareJob Job, IReadOnlyList<StandingPlan> Plans, IReadOnlyList<StandingBlock> Blocks)
{
    /// <summary>Objects that are still to be planned.</summary>
    public IReadOnlyList<ObjectToPlan> Missing =>
        [.. Job.Objects.Where(wanted => !IsBlocked(wanted) && (Of(wanted) is not { } plan || plan.FirstSegmentNo < wanted.FirstSegmentNo))];

    /// <summary>The answer for all that is planned as asked, or blocked; null: every object was planned anew since, the question is an old one.</summary>
    public JobPrepared? Answer
    {
        get
        {
            var asked = Job.Objects.Select(Of).OfType<StandingPlan>().Where(plan => Job.Objects.Any(wanted => IsAsked(wanted, plan))).ToList();
            var blocked = Blocks.Where(block => Job.Objects.Any(wanted => wanted.ObjectNo == block.Described.ObjectNo)).ToList();
            return asked.Count + blocked.Count == 0
                ? null
                : new JobPrepared
                {
                    JobId = Job.JobId,
                    Epoch = Job.Epoch,
                    Objects = [.. asked.Select(plan => plan.Described)],
                    Blocked = [.. blocked.Select(block => block.Described)],
                    DestinationRole = asked.Count > 0 ? asked[0].Role : blocked[0].Role,
                };
        }
    }

    /// <summary>The same as what the step says.</summary>
    public StepAnswer ToStep() => Answer is { } answer ? new StepAnswer.Say(answer) : new StepAnswer.Nothing("the objects were planned anew meanwhile");

    // A plan that a block has taken out of force is not found.
    StandingPlan? Of(ObjectToPlan wanted) => Plans.FirstOrDefault(plan => plan.ObjectNo == wanted.ObjectNo);

    bool IsBlocked(ObjectToPlan wanted) => Blocks.Any(block => block.Described.ObjectNo == wanted.ObjectNo);

    static bool IsAsked(ObjectToPlan wanted, StandingPlan plan) => wanted.ObjectNo == plan.ObjectNo && wanted.FirstSegmentNo == plan.FirstSegmentNo;
}
