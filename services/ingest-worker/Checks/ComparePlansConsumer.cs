using Headgate.Contracts.Sources;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using MassTransit;

namespace Headgate.IngestWorker.Checks;

/// <summary>
/// Looks up whether the source still is what a job was planned for, before the job is resumed. The workers have the plans, and the way to
/// the source.
/// </summary>
sealed partial class ComparePlansConsumer(PlanStore plans, SystemConnections systems, ILogger<ComparePlansConsumer> log) : IConsumer<ComparePlans>
{
    const int MaxChanges = 20;

    public async Task Consume(ConsumeContext<ComparePlans> context) =>
        await context.RespondAsync(await CompareAsync(context.Message, context.CancellationToken));

    async Task<PlansCompared> CompareAsync(ComparePlans compare, CancellationToken cancellationToken)
    {
        try
        {
            if (await plans.InForceAsync(compare.JobId, compare.Attempt, cancellationToken) is not { } planned || planned.Plans.All(plan => plan.Undo is not null))
                return new PlansCompared();

            using var source = systems.Source(planned.Source);
            var changes = await SourceChanges.FindAsync(source.Value, planned.Plans, cancellationToken);
            return new PlansCompared { Changes = [.. changes.Take(MaxChanges)], ChangeCount = changes.Count };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = Problems.Of(error);
            LogNotCompared(compare.JobId, problem.Code);
            return new PlansCompared { Problem = problem };
        }
    }
}
