namespace Headgate.Connectors.Fencing;

/// <summary>The fence of a destination, as the coordinator moves it. Methods throw <see cref="ConnectorException"/>.</summary>
public interface IFence : IAsyncDisposable
{
    /// <summary>Checks what moving the fence depends on: the schema can be made, and backends of writers can be terminated.</summary>
    /// <returns>
    /// What tells this destination from any other of any connector, however its connection is spelled; the same after a failover.
    /// </returns>
    Task<string> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Moves the fence and reads the ledger in the same transaction. Moving it to where it stands is a success.</summary>
    Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken);

    /// <summary>What the ledger holds of a job's attempt.</summary>
    Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken);
}
