using Headgate.Contracts.Extraction;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Preparation;

sealed class PrepareConsumer(StepRun steps, JobPreparation preparation) : IConsumer<PrepareJob>
{
    public Task Consume(ConsumeContext<PrepareJob> context)
    {
        var job = context.Message;
        var address = new StepAddress(job.JobId, job.Epoch, JobStep.Prepare, Lanes.Prepare);
        return steps.RunAsync(context, address, (hand, stop) => preparation.RunAsync(job, hand.Ending, stop));
    }
}
