using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Records;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Telemetry;

namespace Headgate.IngestWorker.Loading;

/// <summary>
/// The pipeline of one segment, a batch at a time: resume, read, write, commit, report, check stop. Where to go on is read from the
/// ledger in each batch's own transaction, so that a batch takes effect once, however often it is tried and by whomever.
/// </summary>
sealed class SegmentLoad(
    IDestination destination,
    ObjectPlan plan,
    SegmentTicket ticket,
    SegmentReader staged,
    LoadLimits limits,
    TimeProvider time,
    Action<RecordCounts> report)
{
    readonly BatchSize _size = new(limits.BatchTarget, limits.FirstBatch);
    readonly RowPace _pace = new(limits.Rate, TimeSpan.FromSeconds(1), time);
    readonly Patience _patience = new(time);
    readonly RejectWindow _rejects = new(limits.RejectsWindow);
    readonly long _began = time.GetTimestamp();

    IRecordBatch? _batch;
    ConnectorException? _verdict;
    long _condemned = -1;
    bool _mustUpsert;
    (RecordCounts Counts, long Deferred)? _waiting;
    bool _isSeeded;
    TimeSpan _busy;

    /// <summary>What the object's next segment may begin with.</summary>
    public int LearnedBatch => _size.Learned;

    /// <summary>The most rejected records of any window of the segment so far, those of earlier messages included.</summary>
    public int RejectPeak => _rejects.Peak;

    /// <summary>How long the destination has taken for the batches that this message has committed.</summary>
    public long BusyMs => (long)_busy.TotalMilliseconds;

    public async Task<LoadOutcome> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _pace.WaitAsync(limits.Stopping, cancellationToken);
                if (limits.Stopping.IsCancellationRequested) return new LoadOutcome.Skipped("no further batch, since the job is being stopped");
                if (await TryAsync(cancellationToken) is not { } outcome) continue;
                // Before the job hears of it: the segment that follows begins with a batch.
                await _pace.WaitAsync(limits.Stopping, cancellationToken);
                return outcome is LoadOutcome.Loaded loaded ? loaded with { RejectPeak = RejectPeak, BusyMs = BusyMs } : outcome;
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return new LoadOutcome.Aborted();
        }
        catch (Exception) when (staged.Failure is not null)
        {
            return new LoadOutcome.Lost();
        }
        catch (SegmentLostException)
        {
            return new LoadOutcome.Lost();
        }
    }

    async Task<LoadOutcome?> TryAsync(CancellationToken cancellationToken)
    {
        _batch = null;
        try
        {
            return _waiting is { } waiting ? await RetryDeferredAsync(waiting, cancellationToken) : await BatchAsync(cancellationToken);
        }
        catch (ConnectorException error) when (staged.Failure is null && !cancellationToken.IsCancellationRequested)
        {
            return await AnswerAsync(error, cancellationToken);
        }
    }

    async Task<LoadOutcome?> BatchAsync(CancellationToken cancellationToken)
    {
        using var activity = WorkerTelemetry.Start("load batch", ticket.Job.JobId);
        var began = time.GetTimestamp();
        await FaultPoint.ReachedAsync(FaultPoints.BatchNotBegun);
        await using var transaction = await ResumeAsync(cancellationToken);
        if (transaction.Skipped is { } reason) return await SkipAsync(reason, cancellationToken);
        await SeedAsync(transaction, cancellationToken);
        if (transaction.NextRow >= ticket.Rows) return Finish(transaction);

        var deferred = transaction.Deferred;
        var batch = await ReadAsync(transaction, cancellationToken);
        var isRejected = await WriteAsync(transaction, batch, cancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.BatchWritten);
        await CommitAsync(transaction);
        await FaultPoint.ReachedAsync(FaultPoints.BatchCommitted);
        // One that waits for others is not rejected yet.
        if (isRejected && transaction.Deferred == deferred) _rejects.Add(batch.FirstRow);
        Report(transaction.Counts, batch, isRejected, time.GetElapsedTime(began));
        return CheckStop(transaction, batch);
    }

    async Task<IBatchTransaction> ResumeAsync(CancellationToken cancellationToken)
    {
        var transaction = await destination.BeginBatchAsync(ticket, plan, cancellationToken);
        if (_mustUpsert && transaction is { Skipped: null, DirectCopy: true }) transaction.SwitchToUpsert();
        return transaction;
    }

    // Rejects of earlier messages are in the window as well: a worker that was killed has told of them, or has not.
    async Task SeedAsync(IBatchTransaction transaction, CancellationToken cancellationToken)
    {
        if (_isSeeded) return;
        _isSeeded = true;
        if (!_rejects.IsCounted || transaction.NextRow == 0 || transaction.Counts.Rejected <= transaction.Deferred) return;
        foreach (var row in await transaction.RejectedAsync(cancellationToken)) _rejects.Add(row);
    }

    async Task<IRecordBatch> ReadAsync(IBatchTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = _pace.Cap(_size.Next(transaction.NextRow, ticket.Rows));
        return _batch = await staged.BatchAsync(transaction.NextRow, rows, cancellationToken);
    }

    async Task<bool> WriteAsync(IBatchTransaction transaction, IRecordBatch batch, CancellationToken cancellationToken)
    {
        // The verdict is on one record: if another delivery has gone on meanwhile, there is nothing to reject here.
        if (batch.FirstRow != _condemned) _verdict = null;
        if (_verdict is { } verdict) await transaction.RejectAsync(batch, verdict, cancellationToken);
        else await transaction.WriteAsync(batch, cancellationToken);
        return _verdict is not null;
    }

    // Not cancelable: once the commit is sent nobody can take it back, and its outcome is wanted.
    static Task CommitAsync(IBatchTransaction transaction) => transaction.CommitAsync();

    void Report(RecordCounts counts, IRecordBatch batch, bool isRejected, TimeSpan elapsed)
    {
        _verdict = null;
        _condemned = -1;
        _patience.Renew();
        if (isRejected) _size.Rejected();
        else _size.Committed(batch.Rows, elapsed);
        _pace.Took(batch.Rows);
        _busy += elapsed;
        WorkerTelemetry.Committed(batch.Rows, isRejected, elapsed);
        report(counts);
    }

    LoadOutcome? CheckStop(IBatchTransaction transaction, IRecordBatch batch)
    {
        if (batch.FirstRow + batch.Rows >= ticket.Rows) return new LoadOutcome.Loaded(transaction.Counts, transaction.Deferred);
        return time.GetElapsedTime(_began) >= limits.YieldAfter ? new LoadOutcome.Yielded() : null;
    }

    // Another delivery that is about to end, with its worker or its connection, is waited for: nobody else would take the segment up.
    async Task<LoadOutcome?> SkipAsync(SkipReason reason, CancellationToken cancellationToken) => reason switch
    {
        SkipReason.InHand when await _patience.WaitAsync(cancellationToken) => null,
        SkipReason.DestinationChanged => new LoadOutcome.Failed(Problems.DestinationChanged(plan.To)),
        _ => new LoadOutcome.Skipped(reason.ToString()),
    };

    // Nothing is left to be read. Only where the message asks for it are those tried again that waited: what they wait for may be
    // on its way in another segment.
    LoadOutcome? Finish(IBatchTransaction transaction)
    {
        if (limits.Round == 0 || transaction.Deferred == 0) return new LoadOutcome.Loaded(transaction.Counts, transaction.Deferred);
        _waiting = (transaction.Counts, transaction.Deferred);
        return null;
    }

    async Task<LoadOutcome> RetryDeferredAsync((RecordCounts Counts, long Deferred) before, CancellationToken cancellationToken) =>
        await destination.RetryDeferredAsync(ticket, plan, () => report(before.Counts), cancellationToken) is { } after
            ? new LoadOutcome.Loaded(after, before.Deferred - (before.Counts.Rejected - after.Rejected))
            : new LoadOutcome.Skipped(nameof(SkipReason.Fenced));

    async Task<LoadOutcome?> AnswerAsync(ConnectorException error, CancellationToken cancellationToken)
    {
        switch (error.Remedy)
        {
            case LoadRemedy.Upsert when !_mustUpsert:
                _mustUpsert = true;
                _size.StartAnew();
                return null;
            case LoadRemedy.Halve when _verdict is null && _batch is { } batch:
                if (_size.IsFoundIn(batch.FirstRow, batch.Rows)) (_verdict, _condemned) = (error, batch.FirstRow);
                return null;
            default:
                var mayTryAgain = error.Problem.Retryable && await _patience.WaitAsync(cancellationToken);
                return mayTryAgain ? null : new LoadOutcome.Failed(error.Problem);
        }
    }
}
