using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>Sources that have no records, and whatever is asked for besides.</summary>
sealed class PlayedSources : ISourceConnector
{
    public string Name => "postgres";

    public ISource Open(string connection) => new Source();

    sealed class Source : ISource
    {
        public Task<IReadOnlyList<SourceObject>> DescribeAsync(
            IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<SourceObject>>(
                [.. objects.Select(each => new SourceObject { ObjectNo = each.No, Name = each.Definition.From, Columns = [], UniqueKeys = [], Blocks = false, EstimatedRows = -1 })]);

        public Task<IReadOnlyList<SourceGap>> FindGapsAsync(
            IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SourceGap>>([]);

        public Task<ISourceSnapshot> OpenSnapshotAsync(TimeSpan cursorLag, CancellationToken cancellationToken) => Task.FromResult<ISourceSnapshot>(new Snapshot());

        public Task CheckAsync(ReadPlan plan, string snapshot, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ExtractKeysAsync(
            ReadPlan plan, IReadOnlyList<IReadOnlyList<string>> keys, string snapshot, IRecordSink sink, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<long?>> EstimateAsync(
            IReadOnlyList<(ObjectDefinition Definition, DateTimeOffset? From)> reads, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<SegmentRange>> PlanSegmentsAsync(ReadPlan plan, string snapshot, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<(SegmentRange First, SegmentRange? Remainder)> CutAsync(
            ReadPlan plan, SegmentRange range, string snapshot, long rows, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SegmentRange?> ExtractAsync(
            ReadPlan plan, SegmentRange range, string snapshot, IRecordSink sink, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    sealed class Snapshot : ISourceSnapshot
    {
        public string Id => "played";

        public DateTimeOffset UpperBound => DateTimeOffset.UnixEpoch;

        public bool SeesAllTransactions => true;

        public Task KeepAliveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
