using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
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

    /// <summary>
    /// Opens a comparison of single records of an object with what is here, also while others write. The planned changes need not be made, but the
    /// table has to be there.
    /// </summary>
    /// <returns>Null, as by default: what is here cannot be compared.</returns>
    Task<IKeyedComparison?> OpenKeyedComparisonAsync(ObjectPlan plan, CancellationToken cancellationToken) => Task.FromResult<IKeyedComparison?>(null);

    /// <summary>Opens a place to remember records in, for as long as a log is read.</summary>
    /// <returns>Null, as by default: there is none here.</returns>
    Task<IRepeatedRecords?> OpenRepeatedRecordsAsync(CancellationToken cancellationToken) => Task.FromResult<IRepeatedRecords?>(null);

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

    /// <summary>
    /// Reads the next part of what a job has logged here, of a bounded size. Of a job that is running: what is committed by then. Never writes.
    /// </summary>
    /// <param name="query">Which entries.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConnectorException">Among others with a code of <see cref="ChangeProblems"/>.</exception>
    Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken) => throw new ConnectorException(new Problem
    {
        Code = ChangeProblems.NotLogged,
        Sentence = "A destination of this kind keeps no change log.",
        Retryable = false,
    });

    /// <summary>Reads rejected records of a job, a page of a bounded size. Never writes.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<RejectPage> ReadRejectsAsync(RejectQuery query, CancellationToken cancellationToken) => Task.FromResult(new RejectPage([], IsLast: true));

    /// <summary>
    /// Plans how a job's writes are undone, from what it logged. Changes nothing. What cannot be undone (a field that is not there any more, a
    /// trigger that nobody has allowed, a table that was replaced) is an error that names the objects.
    /// </summary>
    /// <param name="objects">The objects of one rollback, all that are planned at the time.</param>
    /// <param name="options">How the pipeline writes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyList<PlannedUndo>> PlanUndoAsync(
        IReadOnlyList<ObjectToUndo> objects, WriteOptions options, CancellationToken cancellationToken) => throw CannotUndo(objects[0].To);

    /// <summary>
    /// Reads entries of the log into the sink, newest first, in the form that a batch of the plan's is written from. As often as it is read it
    /// gives the same.
    /// </summary>
    /// <exception cref="ConnectorException">With code "log-gone" if what was planned is not there any more.</exception>
    Task ReadLogAsync(ObjectPlan plan, SegmentRange range, IRecordSink sink, CancellationToken cancellationToken) => throw CannotUndo(plan.To);

    /// <summary>What undoing a range would do, as the rows are now; nothing is written or locked.</summary>
    /// <param name="plan">Whose range it is.</param>
    /// <param name="range">The entries.</param>
    /// <param name="together">All that are undone with it: what the job wrote to them stands in nobody's way.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<UndoPreview> PreviewUndoAsync(ObjectPlan plan, SegmentRange range, IReadOnlyList<ObjectPlan> together, CancellationToken cancellationToken) =>
        throw CannotUndo(plan.To);

    /// <summary>Divides the keys that a job has logged of an object: at least one range, which may be empty.</summary>
    /// <param name="plan">The object as it is to be written now.</param>
    /// <param name="keys">Whose keys.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConnectorException">With code "keys-changed" if the job wrote by another key than the plan does.</exception>
    Task<IReadOnlyList<SegmentRange>> PlanKeysAsync(ObjectPlan plan, LoggedKeys keys, CancellationToken cancellationToken) => throw CannotReplay(plan.To);

    /// <summary>The keys in a range of the log, each once, in the order of the plan's key.</summary>
    /// <exception cref="ConnectorException">With code "log-gone" if what was planned is not there any more.</exception>
    Task<IReadOnlyList<IReadOnlyList<string>>> ReadKeysAsync(
        ObjectPlan plan, LoggedKeys keys, SegmentRange range, CancellationToken cancellationToken) => throw CannotReplay(plan.To);

    private static ConnectorException CannotReplay(string to) => new(new Problem
    {
        Code = "not-supported",
        Sentence = $"Object {to}: its destination does not know which records a job has touched.",
        Retryable = false,
    });

    private static ConnectorException CannotUndo(string to) => new(new Problem
    {
        Code = "not-supported",
        Sentence = $"Object {to}: its destination cannot undo what a job has written.",
        Retryable = false,
    });
}
