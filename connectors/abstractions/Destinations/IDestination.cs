using Headgate.Connectors.Comparing;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;

namespace Headgate.Connectors.Destinations;

/// <summary>One destination, as a worker writes to it. Methods throw <see cref="ConnectorException"/>.</summary>
public interface IDestination : IAsyncDisposable
{
    /// <summary>The role that writes here.</summary>
    Task<string> RoleAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Compares the source objects with what is here, and plans how each field travels and what must change. Changes nothing. What
    /// does not fit is an error that names object, column and both types.
    /// </summary>
    Task<IReadOnlyList<ObjectPlan>> PlanAsync(
        IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, WriteOptions options, CancellationToken cancellationToken);

    /// <summary>About how many rows each object's table has, by what the destination knows without counting them.</summary>
    /// <returns>In the same order; null: not known, or there is no such table.</returns>
    Task<IReadOnlyList<long?>> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a comparison of an object's staged records with what is here, also while others write. The planned changes need not be made.
    /// </summary>
    /// <returns>Null, as by default: what is here cannot be compared.</returns>
    Task<IComparison?> OpenComparisonAsync(ObjectPlan plan, CancellationToken cancellationToken) => Task.FromResult<IComparison?>(null);

    /// <summary>Makes the planned changes that are not made yet, under the fence, each logged with its inverse.</summary>
    /// <returns>The objects whose tables were found empty; or null if the fence does not stand for this job.</returns>
    Task<IReadOnlyList<int>?> ApplyChangesAsync(JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a transaction for the segment's next batch: the pipeline's lock shared, the fence read, the ledger row locked, in this
    /// order. Disposing without a commit rolls it back.
    /// </summary>
    Task<IBatchTransaction> BeginBatchAsync(SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken);

    /// <summary>
    /// Tries again the segment's records that were rejected because others stood in their way, or what they refer to was not there yet,
    /// until a pass changes nothing.
    /// </summary>
    /// <param name="ticket">The segment.</param>
    /// <param name="plan">Its object's plan.</param>
    /// <param name="tried">Called after each transaction, also where it wrote nothing: a sign of life, since passes can take minutes.</param>
    /// <param name="cancellationToken">Ends it between two transactions or in one.</param>
    /// <returns>The segment's counts afterwards, or null if the fence does not stand for this job.</returns>
    Task<RecordCounts?> RetryDeferredAsync(SegmentTicket ticket, ObjectPlan plan, Action tried, CancellationToken cancellationToken);

    /// <summary>Removes what earlier jobs of the pipeline left here and nobody needs any more; what is in use is left for later.</summary>
    /// <param name="ticket">In whose name.</param>
    /// <param name="retention">How long what a job replaced is kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task TidyAsync(JobTicket ticket, TimeSpan retention, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Whether objects can be finished here: rows that vanished found, and tables that were loaded anew put in the place of others.
    /// Default: not, and pipelines that want it are refused before anything is read.
    /// </summary>
    bool CanFinish => false;

    /// <summary>The reads of an attempt whose objects are finished, so that nobody has to ask for them one by one.</summary>
    /// <param name="ticket">The job.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<FinishedRead>> FindFinishedAsync(JobTicket ticket, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<FinishedRead>>([]);

    /// <summary>
    /// Does the next part of what is left once all segments of an object are written: one transaction, fenced like a batch. Called again until
    /// it is done, by whomever; where to go on is kept at the destination.
    /// </summary>
    /// <param name="ticket">The object.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="size">How much of the table to look at, in blocks.</param>
    /// <param name="cancellationToken">Rolls the transaction back.</param>
    /// <exception cref="ConnectorException">Among others where it is not certain which records the read has brought.</exception>
    Task<FinishedBatch> FinishBatchAsync(FinishTicket ticket, ObjectPlan plan, int size, CancellationToken cancellationToken) =>
        throw new ConnectorException(new Problem
        {
            Code = "not-supported",
            Sentence = $"Object {plan.To}: its destination cannot tell which records have vanished.",
            Retryable = false,
        });
}
