using System.Buffers.Binary;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>
/// Notes the keys of rejected records: the source has them, whatever is wrong with their other values. A key that its column cannot hold
/// is no row's.
/// </summary>
sealed class RejectedKeys(FencedTransaction transaction, FinishTicket ticket, ObjectPlan plan, IReadOnlyList<FieldShape> shapes)
{
    const int Most = 200;
    const string Raw = "pg_temp.hg_rejected";

    /// <summary>The keys as the table would hold them: which are equal depends on its columns, their collations above all.</summary>
    const string Typed = "pg_temp.hg_rejected_key";

    readonly FieldShape[] _key = [.. plan.Key.Select(at => shapes[at])];

    /// <param name="read">Where it stands.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Where it stands with the next ones noted; null: there are no more.</returns>
    public async Task<FullRead?> NoteAsync(FullRead read, int most, CancellationToken cancellationToken)
    {
        var (last, keys) = await NextAsync(read.LastRejected, Math.Min(most, Most), cancellationToken);
        if (keys.Count == 0) return null;
        var columns = SqlText.Identifiers(plan.Key.Select(at => plan.Fields[at].Name));
        var types = plan.Key.Select(at => $"{SqlText.Identifier(plan.Fields[at].Name)} {plan.Fields[at].StagedType}");
        await transaction.ExecuteAsync($"CREATE TEMPORARY TABLE hg_rejected ({string.Join(", ", types)}) ON COMMIT DROP", cancellationToken);
        await TupleStream.CopyAsync(
            transaction.Connection, $"COPY {Raw} ({columns}) FROM STDIN (FORMAT binary)", new ImageBatch(0, keys), observe: null, cancellationToken);
        var typed = string.Join(", ", _key.Select((k, i) =>
            plan.Fields[plan.Key[i]].DestinationCast ? $"CAST(r.{k.Column} AS {k.BaseType})" : $"r.{k.Column}"));
        await transaction.ExecuteAsync(
            $"CREATE TEMPORARY TABLE hg_rejected_key ON COMMIT DROP AS SELECT {columns} FROM {plan.To} WITH NO DATA", cancellationToken);
        await transaction.ExecuteAsync($"INSERT INTO {Typed} ({columns}) SELECT {typed} FROM {Raw} r", cancellationToken);
        await using var note = transaction.Command($"""
            INSERT INTO headgate.seen_key (set_id, key_hash) SELECT $1, {FieldShape.KeyHash(_key, "s")} FROM {Typed} s
            """, new NpgsqlParameter<long> { TypedValue = read.SetId });
        var noted = await note.ExecuteNonQueryAsync(cancellationToken);
        return read with { LastRejected = last, RejectedNoted = read.RejectedNoted + noted };
    }

    /// <summary>Where it stands with the next one left out: it was tried alone, and its key is not one.</summary>
    public async Task<FullRead> PassOverAsync(FullRead read, CancellationToken cancellationToken) =>
        read with
        {
            LastRejected = (await NextAsync(read.LastRejected, 1, cancellationToken)).Last,
            RejectedPassed = read.RejectedPassed + 1,
        };

    async Task<((int Segment, long Row) Last, IReadOnlyList<byte[]> Keys)> NextAsync(
        (int Segment, long Row) after, int most, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT segment_no, row_no, image FROM headgate.rejected
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = ANY ($4) AND (segment_no, row_no) > ($5, $6)
              AND image IS NOT NULL
            ORDER BY segment_no, row_no LIMIT $7
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo }, new NpgsqlParameter<int[]> { TypedValue = [.. ticket.Segments.Keys] },
            new NpgsqlParameter<int> { TypedValue = after.Segment }, new NpgsqlParameter<long> { TypedValue = after.Row },
            new NpgsqlParameter<int> { TypedValue = most });
        var keys = new List<byte[]>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            after = (row.GetInt32(0), row.GetInt64(1));
            keys.Add(KeyOf(row.GetFieldValue<byte[]>(2)));
        }

        return (after, keys);
    }

    /// <summary>A record of the key alone, from one of all fields, in the staged form.</summary>
    byte[] KeyOf(byte[] image)
    {
        var fields = new List<ReadOnlyMemory<byte>>();
        for (var at = 2; at < image.Length;)
        {
            var length = 4 + Math.Max(BinaryPrimitives.ReadInt32BigEndian(image.AsSpan(at)), 0);
            fields.Add(image.AsMemory(at, length));
            at += length;
        }

        using var key = new MemoryStream();
        Span<byte> count = stackalloc byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(count, (short)plan.Key.Count);
        key.Write(count);
        foreach (var at in plan.Key) key.Write(fields[at].Span);
        return key.ToArray();
    }
}
