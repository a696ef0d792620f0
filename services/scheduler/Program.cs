using Headgate.Hosting;
using Headgate.Scheduler;

await using var service = HeadgateService.Build(
    "scheduler",
    (builder, settings) => builder.AddScheduler(settings),
    bus => bus.AddSchedulerConsumers(),
    builder => builder.AddSchedulerAlarms());
await service.RunAsync();
