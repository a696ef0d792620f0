using Headgate.Hosting;
using Headgate.Notifier;

var application = HeadgateService.Build("notifier", (_, _) => { }, bus => bus.AddNotifierConsumers());
await application.RunAsync();
