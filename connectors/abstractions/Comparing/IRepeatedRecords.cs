namespace Headgate.Connectors.Comparing;

/// <summary>
/// Finds out which records a log has more than once, however many there are, and keeps something for each of these. All of it is gone when it is
/// disposed. Methods throw <see cref="ConnectorException"/>.
/// </summary>
public interface IRepeatedRecords : IAsyncDisposable
{
    /// <summary>Takes entries of the log.</summary>
    /// <param name="entries">The record, by a digest of its key, and the entry's sequence.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task AddAsync(IReadOnlyList<(Guid Record, long Sequence)> entries, CancellationToken cancellationToken);

    /// <summary>There are no more entries. Once, before the others.</summary>
    Task CloseAsync(CancellationToken cancellationToken);

    /// <summary>Those of the records that the log has more than once.</summary>
    Task<IReadOnlyDictionary<Guid, RepeatedRecord>> FindAsync(IReadOnlyCollection<Guid> records, CancellationToken cancellationToken);

    /// <summary>Keeps something with records that the log has more than once.</summary>
    Task KeepAsync(IReadOnlyDictionary<Guid, string> kept, CancellationToken cancellationToken);
}
