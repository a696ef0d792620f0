using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>Sends staged records to the server as they are, by binary COPY.</summary>
static class TupleStream
{
    static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(5);
    static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    static readonly byte[] Trailer = [0xFF, 0xFF];

    /// <param name="connection">In a transaction: a COPY stream that is disposed commits what it was sent.</param>
    /// <param name="copy">The statement.</param>
    /// <param name="batch">The records.</param>
    /// <param name="observe">Sees the records' bytes on their way, and counts them; null: they are counted here.</param>
    /// <param name="cancellationToken">Abandons the COPY.</param>
    public static async Task CopyAsync(
        NpgsqlConnection connection, string copy, IRecordBatch batch, Action<ReadOnlySpan<byte>>? observe,
        CancellationToken cancellationToken)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellationToken);
        try
        {
            await stream.WriteAsync(Header, cancellationToken);
            var count = new RecordCount();
            await foreach (var bytes in batch.ReadAsync(cancellationToken))
            {
                if (observe is null) count.Add(bytes.Span);
                else observe(bytes.Span);
                await stream.WriteAsync(bytes, cancellationToken);
            }

            if (observe is null) count.Require(batch.Rows);
            await stream.WriteAsync(Trailer, cancellationToken);
        }
        catch
        {
            await AbandonAsync(stream);
            throw;
        }

        await stream.DisposeAsync();
    }

    static async Task AbandonAsync(NpgsqlRawCopyStream stream)
    {
        var canceled = CancelAsync(stream);
        await Task.WhenAny(canceled, Task.Delay(CancelPatience));
    }

    static async Task CancelAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync();
        }
        catch (Exception)
        {
            // The error that led here is on its way to the caller, and the transaction will not be committed.
        }
    }

    struct RecordCount
    {
        RecordScanner _scanner;
        int _records;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[_scanner.Scan(bytes, out var ended)..];
                if (ended) _records++;
            }
        }

        public readonly void Require(int rows)
        {
            if (_records != rows || !_scanner.AtBoundary) throw Broken(rows, _records);
        }
    }

    /// <summary>The staged bytes are not what the ledger counts by.</summary>
    public static ConnectorException Broken(int rows, int found) =>
        PostgresProblem.Of("batch-broken", $"The staged batch was to hold {rows} records and holds {found}.");
}
