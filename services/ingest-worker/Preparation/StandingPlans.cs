using Headgate.Contracts.Extraction;

namespace Headgate.IngestWorker.Preparation;

/// <summary>What of a PrepareJob is planned already. Plans are named by their first segment's number and never change under it.</summary>
sealed record StandingPlans(PrepareJob Job, IReadOnlyList<StandingPlan> Plans)
{
    /// <summary>Objects that are still to be planned.</summary>
    public IReadOnlyList<ObjectToPlan> Missing => [.. Job.Objects.Where(wanted => Of(wanted) is not { } plan || plan.FirstSegmentNo < wanted.FirstSegmentNo)];

    /// <summary>The answer for all that is planned as asked; null: every object was planned anew since, the question is an old one.</summary>
    public JobPrepared? Answer
    {
        get
        {
            var asked = Job.Objects.Select(Of).OfType<StandingPlan>().Where(plan => Job.Objects.Any(wanted => IsAsked(wanted, plan))).ToList();
            return asked.Count == 0
                ? null
                : new JobPrepared { JobId = Job.JobId, Epoch = Job.Epoch, Objects = [.. asked.Select(plan => plan.Described)], DestinationRole = asked[0].Role };
        }
    }

    StandingPlan? Of(ObjectToPlan wanted) => Plans.FirstOrDefault(plan => plan.ObjectNo == wanted.ObjectNo);

    static bool IsAsked(ObjectToPlan wanted, StandingPlan plan) => wanted.ObjectNo == plan.ObjectNo && wanted.FirstSegmentNo == plan.FirstSegmentNo;
}
