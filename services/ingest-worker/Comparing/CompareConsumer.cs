using Headgate.Contracts.Comparing;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Telemetry;
using MassTransit;

namespace Headgate.IngestWorker.Comparing;

sealed class CompareConsumer(StepRun steps, Canary canary, DryRun dryRun) : IConsumer<CompareRecords>
{
    public Task Consume(ConsumeContext<CompareRecords> context)
    {
        var compare = context.Message;
        var address = new StepAddress(compare.JobId, compare.Epoch, JobStep.Compare, Lanes.Comparisons);
        return steps.RunAsync(context, address, async stop =>
        {
            using var activity = WorkerTelemetry.Start("compare", compare.JobId);
            return await (compare.Mode is CompareMode.Canary ? canary.RunAsync(compare, stop) : dryRun.RunAsync(compare, stop));
        });
    }
}
