using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>Destinations that have a log and nothing else, as one worker opens them.</summary>
sealed class LogConnector(PlayedLog log) : IDestinationConnector
{
    public string Name => "postgres";

    public WriteGuarantee Guarantee => WriteGuarantee.Transactional;

    public IDestination Open(string connection) => new Destination(log);

    public IFence OpenFence(string connection) => throw new NotSupportedException();

    sealed class Destination(PlayedLog log) : IDestination
    {
        public Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken) => log.ReadAsync(query, cancellationToken);

        public Task<RejectPage> ReadRejectsAsync(RejectQuery query, CancellationToken cancellationToken) => Task.FromResult(log.Rejects(query));

        public Task<string> RoleAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ObjectPlan>> PlanAsync(
            IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, WriteOptions options, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ObjectPlan>>([.. objects.Select(each => PlayedComparison.PlanOf(each.Source))]);

        public Task<IKeyedComparison?> OpenKeyedComparisonAsync(ObjectPlan plan, CancellationToken cancellationToken) =>
            Task.FromResult<IKeyedComparison?>(new PlayedComparison());

        public Task<IReadOnlyList<long?>> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<int>?> ApplyChangesAsync(JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IBatchTransaction> BeginBatchAsync(SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<RecordCounts?> RetryDeferredAsync(SegmentTicket ticket, ObjectPlan plan, Action tried, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
