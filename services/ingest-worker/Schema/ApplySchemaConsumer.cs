using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Schema;

sealed class ApplySchemaConsumer(StepRun steps, SchemaChanges changes) : IConsumer<ApplySchemaChanges>
{
    public Task Consume(ConsumeContext<ApplySchemaChanges> context)
    {
        var apply = context.Message;
        var address = new StepAddress(apply.JobId, apply.Epoch, JobStep.ApplySchema, Lanes.Prepare);
        return steps.RunAsync(context, address, stop => changes.ApplyAsync(apply, stop));
    }
}
