using Headgate.Contracts.Records;
using MassTransit;

namespace Headgate.IngestWorker.Serving;

/// <summary>Takes on a call that gives records. It may last for hours, and goes on beside the lane.</summary>
sealed class ServeRecordsConsumer(ServedCalls calls) : IConsumer<ServeRecords>
{
    public async Task Consume(ConsumeContext<ServeRecords> context)
    {
        await context.RespondAsync(new ServingRecords { StreamId = context.Message.StreamId });
        calls.Begin(context.Message);
    }
}
