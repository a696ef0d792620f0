using Headgate.Hosting;
using Headgate.JobCoordinator;
using Headgate.JobCoordinator.Commands;

if (args.Length > 0) return await InterimCommands.RunAsync(args);

var application = HeadgateService.Build(
    "job-coordinator",
    (builder, settings) => builder.AddJobCoordinator(settings),
    bus => bus.AddJobCoordinatorConsumers(),
    builder => builder.AddJobCoordinatorUpkeep());
await application.RunAsync();
return 0;
