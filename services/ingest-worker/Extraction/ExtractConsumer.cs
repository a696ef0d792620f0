using Headgate.Contracts.Extraction;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Extraction;

sealed class ExtractConsumer(StepRun steps, SegmentExtraction extraction) : IConsumer<ExtractSegment>
{
    public Task Consume(ConsumeContext<ExtractSegment> context)
    {
        var wanted = context.Message;
        var address = new StepAddress(wanted.JobId, wanted.Epoch, JobStep.Extract, Lanes.Extract, wanted.ObjectNo, wanted.SegmentNo);
        return steps.RunAsync(context, address, stop => extraction.RunAsync(wanted, stop));
    }
}
