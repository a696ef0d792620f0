using Headgate.Hosting;
using Headgate.IngestWorker;

await using var service = HeadgateService.Build(
    "ingest-worker",
    (builder, settings) => builder.AddIngestWorker(settings),
    bus => bus.AddIngestWorkerConsumers());
await service.RunAsync();
