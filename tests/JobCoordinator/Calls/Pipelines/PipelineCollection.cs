namespace Headgate.JobCoordinator.Tests.Calls.Pipelines;

[CollectionDefinition(nameof(PipelineCollection))]
public sealed class PipelineCollection : ICollectionFixture<PipelineBench>;
