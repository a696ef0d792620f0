namespace Headgate.Connectors.Records;

/// <summary>
/// Takes records in the staged form: for each record a 16-bit field count, then for each field a 32-bit length (-1: null) and that
/// many bytes, all big-endian; the tuples of PostgreSQL's binary COPY, without its header and trailer.
/// </summary>
public interface IRecordSink
{
    /// <summary>Takes the next bytes; a record may be split anywhere.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
