using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Serving;

namespace Headgate.IngestWorker.Tests.Serving;

/// <summary>Records of a log that is written while it is read.</summary>
public sealed class TouchedRecordsTests
{
    [Fact]
    public async Task Entry_that_comes_after_the_first_reading_makes_no_record_come_twice()
    {
        // When it is read again, record 1 has another entry.
        var destination = new Log([[1, 2, 3], [1, 2, 3, 1]]);
        var touched = new TouchedRecords(destination, new ChangeQuery { JobId = Guid.NewGuid(), Objects = [0] }, keys: null);

        var told = new List<string?>();
        await foreach (var (records, _) in touched.ReadAsync(repeats: true, after: null, default)) told.AddRange(records.Select(record => record.Key[0].Value));

        Assert.Equal(["1", "2", "3"], told);
    }

    /// <param name="readings">The records of its entries, of one reading after the other.</param>
    sealed class Log(int[][] readings) : IDestination
    {
        int _reading;

        // Each reading is of two pages, the first one of two entries.
        public Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken)
        {
            var records = readings[_reading];
            var first = (int)(query.After ?? 0);
            var upto = first == 0 ? 2 : records.Length;
            if (upto == records.Length) _reading++;
            return Task.FromResult(new ChangePage([.. Enumerable.Range(first, upto - first).Select(at => Change(at + 1, records[at]))], upto, upto == records.Length));
        }

        public Task<IRepeatedRecords?> OpenRepeatedRecordsAsync(CancellationToken cancellationToken) => Task.FromResult<IRepeatedRecords?>(new Repeated());

        public Task<string> RoleAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ObjectPlan>> PlanAsync(
            IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, WriteOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<long?>> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<int>?> ApplyChangesAsync(JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IBatchTransaction> BeginBatchAsync(SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<RecordCounts?> RetryDeferredAsync(SegmentTicket ticket, ObjectPlan plan, Action tried, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        static LoggedChange Change(int sequence, int record) => new()
        {
            Sequence = sequence,
            Attempt = 1,
            ObjectNo = 0,
            Operation = LoggedOperation.Update,
            Key = [KeyValuePair.Create<string, string?>("id", $"{record}")],
            Fields = [new LoggedField("name", "before", "after")],
        };
    }

    sealed class Repeated : IRepeatedRecords
    {
        readonly List<(Guid Record, long Sequence)> _entries = [];

        public Task AddAsync(IReadOnlyList<(Guid Record, long Sequence)> entries, CancellationToken cancellationToken)
        {
            _entries.AddRange(entries);
            return Task.CompletedTask;
        }

        public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyDictionary<Guid, RepeatedRecord>> FindAsync(IReadOnlyCollection<Guid> records, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<Guid, RepeatedRecord>>(_entries.Where(entry => records.Contains(entry.Record)).GroupBy(entry => entry.Record)
                .Where(of => of.Count() > 1).ToDictionary(of => of.Key, of => new RepeatedRecord(of.Max(entry => entry.Sequence), null)));

        public Task KeepAsync(IReadOnlyDictionary<Guid, string> kept, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
