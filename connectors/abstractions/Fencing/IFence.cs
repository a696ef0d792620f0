namespace Headgate.Connectors.Fencing;

/// <summary>The fence of a destination, as the coordinator moves it. Methods throw <see cref="ConnectorException"/>.</summary>
public interface IFence : IAsyncDisposable
{
    /// <summary>Checks what moving the fence depends on: the schema can be made, and backends of writers can be terminated.</summary>
    /// <returns>
    /// What tells this destination from any other of any connector, however its connection is spelled; the same after a failover.
    /// </returns>
    Task<string> CheckAsync(CancellationToken cancellationToken);

    /// <summary>The same check, and with the name what the destination has been through.</summary>
    async Task<DestinationIdentity> IdentifyAsync(CancellationToken cancellationToken) => new(await CheckAsync(cancellationToken), "");

    /// <summary>Moves the fence and reads the ledger in the same transaction. Moving it to where it stands is a success.</summary>
    Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken);

    /// <summary>The same, unless whoever asks does not admit the destination that the connection leads to.</summary>
    /// <param name="move">Where it is to stand.</param>
    /// <param name="admit">Called once the destination was reached and checked, before anything is changed there; throws to refuse.</param>
    /// <param name="cancellationToken">Ends it.</param>
    async Task<FenceMoveResult> MoveAsync(FenceMove move, Func<DestinationIdentity, Task> admit, CancellationToken cancellationToken)
    {
        await admit(await IdentifyAsync(cancellationToken));
        return await MoveAsync(move, cancellationToken);
    }

    /// <summary>What the ledger holds of a job's attempt.</summary>
    Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken);
}
