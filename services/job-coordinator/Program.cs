using Headgate.Hosting;
using Headgate.JobCoordinator;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Commands;
using Headgate.Rpc.Ports;

if (args.Length > 0) return await HostCommands.RunAsync(args);

var application = HeadgateService.Build(
    "job-coordinator",
    (builder, settings) => builder.AddJobCoordinator(settings),
    bus => bus.AddJobCoordinatorConsumers(),
    builder =>
    {
        builder.AddJobCoordinatorUpkeep();
        builder.AddCoordinatorCalls();
        builder.ListenForRpc();
    },
    application => application.MapCoordinatorCalls());
await application.RunAsync();
return 0;
