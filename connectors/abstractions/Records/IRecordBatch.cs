namespace Headgate.Connectors.Records;

/// <summary>Staged records in a row, ready to be written; can be read any number of times.</summary>
public interface IRecordBatch
{
    /// <summary>The first record's position in its segment.</summary>
    long FirstRow { get; }

    /// <summary>How many records there are.</summary>
    int Rows { get; }

    /// <summary>The records in the staged form (see <see cref="IRecordSink"/>), in pieces; a record may be split anywhere.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken);
}
