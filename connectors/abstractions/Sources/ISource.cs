using Headgate.Connectors.Records;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Sources;

/// <summary>One source. Its sessions only ever read, with time-outs on statements and locks. Methods throw <see cref="ConnectorException"/>.</summary>
public interface ISource : IAsyncDisposable
{
    /// <summary>Reads the schemas of the included objects; one that is missing, or a column of it, is an error that names it.</summary>
    Task<IReadOnlyList<SourceObject>> DescribeAsync(IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken);

    /// <summary>What the objects' definitions name (tables, key, cursor, fields) and the source does not have. Reads catalogs only.</summary>
    Task<IReadOnlyList<SourceGap>> FindGapsAsync(IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken);

    /// <summary>
    /// About how many records a read of each object would give, by what the source knows without reading them: all that the filter lets
    /// through or, of an object with a cursor, those from a bound on.
    /// </summary>
    /// <param name="reads">The objects, each with the bound to read from; null: in full.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>In the same order; null: not known, also of an object that is not there or cannot be looked at.</returns>
    Task<IReadOnlyList<long?>> EstimateAsync(
        IReadOnlyList<(ObjectDefinition Definition, DateTimeOffset? From)> reads, CancellationToken cancellationToken);

    /// <summary>Reads the upper bound, then opens a snapshot in a session of its own that lives until it is disposed.</summary>
    /// <param name="cursorLag">Distance kept from the source's clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ISourceSnapshot> OpenSnapshotAsync(TimeSpan cursorLag, CancellationToken cancellationToken);

    /// <summary>
    /// Checks under the snapshot what reading depends on: the filter is valid, and the key is unique and never null unless an index
    /// guarantees it.
    /// </summary>
    Task CheckAsync(ReadPlan plan, string snapshot, CancellationToken cancellationToken);

    /// <summary>Divides the read into segments: at least one, in an order that does not matter, except that a chain begins with its first.</summary>
    Task<IReadOnlyList<SegmentRange>> PlanSegmentsAsync(ReadPlan plan, string snapshot, CancellationToken cancellationToken);

    /// <summary>
    /// Divides a range that was not read yet, so that about so many records at most are read at once. The first part and the rest together
    /// are the range, as the snapshot sees it.
    /// </summary>
    /// <returns>What to read now, and what is left of it; null: nothing, or what reading it leads on to.</returns>
    Task<(SegmentRange First, SegmentRange? Remainder)> CutAsync(
        ReadPlan plan, SegmentRange range, string snapshot, long rows, CancellationToken cancellationToken);

    /// <summary>Reads one segment under the snapshot into the sink.</summary>
    /// <returns>The range that a chain goes on with; null: there is none.</returns>
    /// <exception cref="ConnectorException">With code "snapshot-lost" if the snapshot is gone.</exception>
    Task<SegmentRange?> ExtractAsync(ReadPlan plan, SegmentRange range, string snapshot, IRecordSink sink, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the records with these keys under the snapshot into the sink, as far as they are there and the filter lets them through; each once.
    /// </summary>
    /// <param name="plan">The object.</param>
    /// <param name="keys">In the order of the plan's key, as text; different ones. One that its column's type refuses is not there.</param>
    /// <param name="snapshot">The snapshot's name.</param>
    /// <param name="sink">Takes the records.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConnectorException">With code "snapshot-lost" if the snapshot is gone.</exception>
    Task ExtractKeysAsync(
        ReadPlan plan, IReadOnlyList<IReadOnlyList<string>> keys, string snapshot, IRecordSink sink, CancellationToken cancellationToken);
}
