namespace Headgate.Connectors.Doubts;

/// <summary>
/// The records that a stop by force left in doubt at a destination without transactions: the intents of the connector's own ledger that have
/// no outcome once the fence is closed. Methods throw <see cref="ConnectorException"/>.
/// </summary>
public interface IDoubtLedger : IAsyncDisposable
{
    /// <summary>Those of a job, in all its attempts, that were ever in doubt, in the order of sending.</summary>
    Task<IReadOnlyList<DoubtRecord>> ListAsync(DoubtQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the destination what became of each one of the job that is open. What it says is in the ledger afterwards, so that the fence's
    /// counts have it as well: as written, or as not; what the destination cannot say stays in doubt. Asking again is harmless.
    /// </summary>
    /// <returns>How many are still open: the destination is to be asked again.</returns>
    /// <exception cref="ConnectorException">Nothing could be asked.</exception>
    Task<long> ResolveAsync(Guid jobId, CancellationToken cancellationToken);
}
