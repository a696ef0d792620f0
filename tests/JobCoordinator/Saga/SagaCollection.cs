namespace Headgate.JobCoordinator.Tests.Saga;

[CollectionDefinition(nameof(SagaCollection))]
public sealed class SagaCollection : ICollectionFixture<SagaBench>;
