using System.Collections.Concurrent;
using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>A destination that keeps ledgers only, and can be told what goes wrong.</summary>
sealed class MemoryDestination : IDestination
{
    public ConcurrentDictionary<(Guid Job, int Object, int Segment), MemoryLedger> Ledgers { get; } = new();

    /// <summary>Records that do not fit.</summary>
    public HashSet<long> Bad { get; } = [];

    /// <summary>Of those, the ones that wait for records that stand in their way, or that they refer to.</summary>
    public HashSet<long> Waiting { get; } = [];

    /// <summary>Thrown by the next writes, one each.</summary>
    public ConcurrentQueue<Exception> Troubles { get; } = new();

    /// <summary>Answered by the next transactions, one each.</summary>
    public ConcurrentQueue<SkipReason> Skips { get; } = new();

    /// <summary>Called within each write, with the batch's size.</summary>
    public Action<int> OnWrite { get; set; } = _ => { };

    /// <summary>Called within each planning, with what would end it.</summary>
    public Func<CancellationToken, Task> OnPlan { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether the fence stands for every job.</summary>
    public bool IsOpen { get; set; } = true;

    public int Retries { get; private set; }

    public static ConnectorException Refusal(string sqlState = "22001") => new(new Problem
    {
        Code = "rejected",
        Sentence = "A record does not fit.",
        SqlState = sqlState,
        Retryable = false,
    })
    {
        Remedy = LoadRemedy.Halve,
    };

    public static ConnectorException Trouble(bool isRetryable = true) =>
        new(new Problem { Code = "unreachable", Sentence = "The destination does not answer.", Retryable = isRetryable });

    public Task<IReadOnlyList<long?>> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<long?>>([.. objects.Select(_ => (long?)null)]);

    public Task<string> RoleAsync(CancellationToken cancellationToken) => Task.FromResult("writer");

    public async Task<IReadOnlyList<ObjectPlan>> PlanAsync(
        IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects,
        WriteOptions options,
        CancellationToken cancellationToken)
    {
        await OnPlan(cancellationToken);
        return [.. objects.Select(entry => MemoryPlan.Of(entry.Source, entry.Definition))];
    }

    public Task<IReadOnlyList<int>?> ApplyChangesAsync(
        JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<int>?>(IsOpen ? [.. plans.Select(plan => plan.ObjectNo)] : null);

    public Task<IBatchTransaction> BeginBatchAsync(SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ledger = LedgerOf(ticket);
        SkipReason? skipped = Skips.TryDequeue(out var reason) ? reason : IsOpen ? null : SkipReason.Fenced;
        return Task.FromResult<IBatchTransaction>(new MemoryTransaction(this, ledger, skipped));
    }

    public Task<RecordCounts?> RetryDeferredAsync(SegmentTicket ticket, ObjectPlan plan, Action tried, CancellationToken cancellationToken)
    {
        Retries++;
        tried();
        var ledger = LedgerOf(ticket);
        var found = ledger.Deferred.Where(row => !Waiting.Contains(row)).ToList();
        foreach (var row in found) ledger.Deferred.Remove(row);
        ledger.Counts =
            ledger.Counts with { Inserted = ledger.Counts.Inserted + found.Count, Rejected = ledger.Counts.Rejected - found.Count };
        return Task.FromResult<RecordCounts?>(IsOpen ? ledger.Counts : null);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    MemoryLedger LedgerOf(
        SegmentTicket ticket) => Ledgers.GetOrAdd((ticket.Job.JobId, ticket.ObjectNo, ticket.SegmentNo), _ => new MemoryLedger());
}
