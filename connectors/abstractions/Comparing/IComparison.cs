using Headgate.Connectors.Records;
using Headgate.Contracts.Comparing;

namespace Headgate.Connectors.Comparing;

/// <summary>
/// Staged records of one object, compared with its destination as it is, in a session that cannot write there. Methods throw
/// <see cref="ConnectorException"/>; disposing ends the session.
/// </summary>
public interface IComparison : IAsyncDisposable
{
    /// <summary>Takes further records. Each is compared for itself, as if it were the only one.</summary>
    /// <exception cref="ConnectorException">
    /// With <see cref="LoadRemedy.Halve"/> one of the records does not fit: none of the batch was taken, and further ones can be.
    /// </exception>
    Task AddAsync(IRecordBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Tries the very writes of records, in a short transaction of its own that is rolled back whatever comes of it; nobody is waited for. Takes
    /// no record.
    /// </summary>
    /// <returns>Null: they would be written; else why that is not known, in one sentence.</returns>
    /// <exception cref="ConnectorException">With <see cref="LoadRemedy.Halve"/> one of the records would be rejected.</exception>
    Task<string?> RehearseAsync(IRecordBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// What writing the records that were taken would do. What the destination would reject is not tried; no record is among
    /// <see cref="ObjectFindings.Rejected"/>.
    /// </summary>
    Task<ObjectFindings> FindAsync(CancellationToken cancellationToken);

    /// <summary>Some of the records that were taken, with their values; after <see cref="FindAsync"/>.</summary>
    Task<IReadOnlyList<SampledRecord>> SampleAsync(SampleOrder order, CancellationToken cancellationToken);
}
