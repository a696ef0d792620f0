using Headgate.Connectors.Records;

namespace Headgate.Connectors.Comparing;

/// <summary>
/// Records of one object, compared one by one with its destination as it is, in a session that cannot write there. Methods throw
/// <see cref="ConnectorException"/>; disposing ends the session.
/// </summary>
public interface IKeyedComparison : IAsyncDisposable
{
    /// <summary>Takes further records, in the staged form.</summary>
    /// <exception cref="ConnectorException">With <see cref="LoadRemedy.Halve"/> the destination could not even receive one of them.</exception>
    Task AddAsync(IRecordBatch batch, CancellationToken cancellationToken);

    /// <summary>Looks up records here and among those that were taken.</summary>
    /// <param name="keys">In the order of the plan's key, as text; different ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Those of the first keys, in their order: at least one, and as many as are good to keep at a time.</returns>
    Task<IReadOnlyList<ComparedRecord>> CompareAsync(IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken);
}
