using Headgate.Connectors.Records;
using Headgate.Contracts.Jobs;

namespace Headgate.Connectors.Destinations;

/// <summary>One batch's transaction at the destination.</summary>
public interface IBatchTransaction : IAsyncDisposable
{
    /// <summary>Why nothing may be written here; null: it may.</summary>
    SkipReason? Skipped { get; }

    /// <summary>The first record of the segment that no batch has taken yet.</summary>
    long NextRow { get; }

    /// <summary>The segment's counts so far, this transaction's batch included once it is written.</summary>
    RecordCounts Counts { get; }

    /// <summary>Rejected records of the segment that wait for records that stand in their way, or that they refer to.</summary>
    long Deferred { get; }

    /// <summary>Whether records go straight into the table.</summary>
    bool DirectCopy { get; }

    /// <summary>Write by upsert from here on; kept in the ledger with the next commit.</summary>
    void SwitchToUpsert();

    /// <summary>Writes the batch, its change log and its audit row, and advances the ledger. The batch begins at <see cref="NextRow"/>.</summary>
    /// <exception cref="ConnectorException">Its remedy says whether to halve, to switch to upsert, or neither. The transaction is over.</exception>
    Task WriteAsync(IRecordBatch batch, CancellationToken cancellationToken);

    /// <summary>Records the batch of exactly one as rejected, for the given error, with its audit row, and advances the ledger.</summary>
    /// <exception cref="ConnectorException">With code "too-many-rejects" once the job has more than its limit.</exception>
    Task RejectAsync(IRecordBatch batch, ConnectorException error, CancellationToken cancellationToken);

    /// <summary>Records of the segment that were rejected for good so far, by their place in it, in order. Default: it is not known which.</summary>
    Task<IReadOnlyList<long>> RejectedAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<long>>([]);

    /// <summary>Commits what was written.</summary>
    Task CommitAsync();
}
