using Headgate.Hosting;
using Headgate.Scheduler;

var application = HeadgateService.Build("scheduler", (_, _) => { }, bus => bus.AddSchedulerConsumers());
await application.RunAsync();
