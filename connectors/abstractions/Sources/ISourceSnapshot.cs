namespace Headgate.Connectors.Sources;

/// <summary>A view of the source that does not move; ends with its session.</summary>
public interface ISourceSnapshot : IAsyncDisposable
{
    /// <summary>The name under which other sessions join it.</summary>
    string Id { get; }

    /// <summary>No record that was committed later than the snapshot has a cursor at or below this, the overlap aside.</summary>
    DateTimeOffset UpperBound { get; }

    /// <summary>
    /// Whether the bound took every open transaction into account; false: the role does not see those of others, and only
    /// <c>cursorLag</c> and <c>cursorOverlap</c> protect against late commits.
    /// </summary>
    bool SeesAllTransactions { get; }

    /// <summary>Keeps the session alive; throws <see cref="ConnectorException"/> when it has ended.</summary>
    Task KeepAliveAsync(CancellationToken cancellationToken);
}
