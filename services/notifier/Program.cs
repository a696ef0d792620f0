using Headgate.Hosting;
using Headgate.Notifier;

await using var service = HeadgateService.Build(
    "notifier",
    (builder, settings) => builder.AddNotifier(settings),
    bus => bus.AddNotifierConsumers(),
    builder => builder.AddNotifierSending());
await service.RunAsync();
