using System.Buffers;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Records;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Keeps the staged entries of conflicts that are tried again, with what was recorded of them.</summary>
sealed class WaitingEntries(FencedTransaction transaction, SegmentTicket ticket)
{
    const long MaxBytes = 8 * 1024 * 1024;

    readonly List<long> _rowNos = [];
    readonly List<byte[]> _images = [];
    long _bytes;

    /// <param name="batch">Read again for it.</param>
    /// <param name="rowNos">The numbers of its entries; null: they go on from the first.</param>
    /// <param name="waiting">Those to keep, rising.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task KeepAsync(IRecordBatch batch, long[]? rowNos, IReadOnlyList<long> waiting, CancellationToken cancellationToken)
    {
        var scanner = new RecordScanner();
        var record = new ArrayBufferWriter<byte>();
        var (no, next) = (0, 0);
        await foreach (var bytes in batch.ReadAsync(cancellationToken))
        {
            for (var rest = bytes; rest.Length > 0 && next < waiting.Count;)
            {
                var length = scanner.Scan(rest.Span, out var ended);
                var isWanted = (rowNos is null ? batch.FirstRow + no : rowNos[no]) == waiting[next];
                if (isWanted) record.Write(rest.Span[..length]);
                rest = rest[length..];
                if (!ended) continue;
                no++;
                if (!isWanted) continue;
                await AddAsync(waiting[next++], record.WrittenSpan.ToArray(), cancellationToken);
                record.ResetWrittenCount();
            }
        }

        await FlushAsync(cancellationToken);
    }

    async Task AddAsync(long rowNo, byte[] image, CancellationToken cancellationToken)
    {
        _rowNos.Add(rowNo);
        _images.Add(image);
        _bytes += image.Length;
        if (_bytes >= MaxBytes) await FlushAsync(cancellationToken);
    }

    async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_rowNos.Count == 0) return;
        await using var command = transaction.Command("""
            UPDATE headgate.rejected r SET image = i.image FROM unnest($5, $6) i (row_no, image)
            WHERE r.job_id = $1 AND r.attempt = $2 AND r.object_no = $3 AND r.segment_no = $4 AND r.row_no = i.row_no
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo }, new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo },
            new NpgsqlParameter { Value = _rowNos.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
            new NpgsqlParameter { Value = _images.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
        _rowNos.Clear();
        _images.Clear();
        _bytes = 0;
    }
}
