namespace Headgate.Connectors.Changes;

/// <summary>
/// Removes what jobs have logged at a destination, for the coordinator: change log, rejected records, and keys that repairs were asked for. The
/// ledger, the batches and what the log is read by stay: they are the record of what was done. Methods throw <see cref="ConnectorException"/>.
/// </summary>
public interface ILogPurge : IAsyncDisposable
{
    /// <summary>
    /// Removes the next part of what a job has logged, in a short transaction that keeps nobody from writing. Done again after a crash, it goes
    /// on with what is left.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="from">What it returned before; null: from the beginning.</param>
    /// <param name="cancellationToken">Rolls the transaction back.</param>
    /// <returns>Where to go on; null: nothing is left.</returns>
    Task<PurgePlace?> RemoveNextAsync(Guid jobId, PurgePlace? from, CancellationToken cancellationToken);
}
