using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.IngestWorker.Steps;

/// <summary>The worker's ear.</summary>
sealed class StopConsumer(StepsInHand steps) : IConsumer<JobStopping>
{
    public Task Consume(ConsumeContext<JobStopping> context) => steps.StopAsync(context.Message);
}
