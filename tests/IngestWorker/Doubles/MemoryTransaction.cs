using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Records;
using Headgate.Contracts.Jobs;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>Takes effect with its commit.</summary>
sealed class MemoryTransaction(MemoryDestination destination, MemoryLedger ledger, SkipReason? skipped) : IBatchTransaction
{
    (long First, int Rows, bool Rejected)? _taken;
    bool _switched;
    bool _deferred;

    public SkipReason? Skipped => skipped;

    public long NextRow { get; } = ledger.NextRow;

    public RecordCounts Counts { get; private set; } = ledger.Counts;

    public long Deferred => ledger.Deferred.Count + (_deferred ? 1 : 0);

    public bool DirectCopy => ledger.DirectCopy && !_switched;

    public void SwitchToUpsert() => _switched = true;

    public async Task WriteAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        lock (ledger) ledger.Tries.Add((batch.FirstRow, batch.Rows));
        Assert.Equal(NextRow, batch.FirstRow);
        Assert.Equal(batch.Rows, await CountAsync(batch, cancellationToken));
        destination.OnWrite(batch.Rows);
        cancellationToken.ThrowIfCancellationRequested();
        if (destination.Troubles.TryDequeue(out var trouble)) throw trouble;
        var refused = Enumerable.Range(0, batch.Rows).Select(row => batch.FirstRow + row).Where(destination.Bad.Contains).ToList();
        if (refused.Count > 0) throw MemoryDestination.Refusal(destination.Waiting.Contains(refused[0]) ? "23503" : "22001");
        Take(batch, isRejected: false);
        Counts = Counts with { Written = Counts.Written + batch.Rows, Inserted = Counts.Inserted + batch.Rows };
    }

    public Task RejectAsync(IRecordBatch batch, ConnectorException error, CancellationToken cancellationToken)
    {
        Assert.Equal(NextRow, batch.FirstRow);
        Assert.Equal(1, batch.Rows);
        _deferred = error.Problem.SqlState is "23503" or "23505" or "23P01";
        Take(batch, isRejected: true);
        Counts = Counts with { Written = Counts.Written + 1, Rejected = Counts.Rejected + 1 };
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<long>> RejectedAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<long>>(
        [.. ledger.Batches.Where(batch => batch.Rejected && !ledger.Deferred.Contains(batch.First)).Select(batch => batch.First)]);

    public Task CommitAsync()
    {
        lock (ledger)
        {
            var taken = _taken ?? throw new InvalidOperationException("Nothing was written.");
            Assert.Equal(taken.First, ledger.NextRow);
            ledger.NextRow += taken.Rows;
            ledger.Counts = Counts;
            ledger.Batches.Add(taken);
            if (_switched) ledger.DirectCopy = false;
            if (_deferred) ledger.Deferred.Add(taken.First);
            _deferred = false;
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    void Take(IRecordBatch batch, bool isRejected) => _taken = (batch.FirstRow, batch.Rows, isRejected);

    static async Task<int> CountAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        var scanner = new RecordScanner();
        var rows = 0;
        await foreach (var piece in batch.ReadAsync(cancellationToken))
        {
            for (var at = 0; at < piece.Length;)
            {
                at += scanner.Scan(piece.Span[at..], out var hasEnded);
                if (hasEnded) rows++;
            }
        }

        Assert.True(scanner.AtBoundary);
        return rows;
    }
}
