namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

[CollectionDefinition(nameof(CommandCollection))]
public sealed class CommandCollection : ICollectionFixture<CommandBench>;
