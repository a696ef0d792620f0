using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Preparation;

sealed class PrepareRepairConsumer(StepRun steps, RollbackPreparation rollbacks, JobPreparation runs) : IConsumer<PrepareRepair>
{
    public Task Consume(ConsumeContext<PrepareRepair> context)
    {
        var repair = context.Message;
        var address = new StepAddress(repair.JobId, repair.Epoch, JobStep.Prepare, Lanes.Prepare);
        return steps.RunAsync(context, address, (hand, stop) => repair.Preparation.Kind switch
        {
            JobKind.Rollback => rollbacks.RunAsync(repair, stop),
            JobKind.Replay => runs.RunAsync(repair, hand.Ending, stop),
            var kind => throw new StepException("not-supported", $"This worker does not know how to prepare a {kind}."),
        });
    }
}
