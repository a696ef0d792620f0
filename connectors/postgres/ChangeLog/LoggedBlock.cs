using Headgate.Connectors.Changes;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// Reads records that are logged by key and hash. The keys are in binary form, which only the server can put into words: it is given them in a
/// temporary table.
/// </summary>
sealed class LoggedBlock(NpgsqlDataSource dataSource, LogFilter filter, LogEntry entry)
{
    const int MostKeys = 4_096;

    /// <summary>With what they hold now there is more to keep at a time.</summary>
    const int MostRows = 256;

    readonly LoggedObject _object = filter.ObjectOf(entry.Attempt, entry.ObjectNo);

    /// <summary>The key that is looked for, as the block's keys are; null: all are wanted.</summary>
    public async Task<byte[]?> WantedAsync(LogSession session, CancellationToken cancellationToken) =>
        filter.Key is { } key ? await WantedKey.ToBytesAsync(session, _object, key, cancellationToken) : null;

    /// <summary>Takes the block's records behind a sequence, as many as one page may have.</summary>
    /// <param name="session">Where; it is at its end with that, if there are any.</param>
    /// <param name="after">The sequence.</param>
    /// <param name="wanted">The only key that is wanted; null: all are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<BlockPart> TakeAsync(LogSession session, long after, byte[]? wanted, CancellationToken cancellationToken)
    {
        var (keys, hashes, committed) = await FetchAsync(session, cancellationToken);
        using var block = new BlockReader(keys, hashes, _object.Key.Count);
        var part = new BlockPart(_object, entry, committed);
        using var key = new MemoryStream();
        var most = filter.Query.Present ? MostRows : MostKeys;
        while (part.Count < most)
        {
            key.SetLength(0);
            if (!block.TryRead(key)) return part with { IsWhole = true };
            if (entry.Start + block.Place <= after) continue;
            var bytes = key.GetBuffer().AsSpan(0, (int)key.Length);
            if (wanted is null || bytes.SequenceEqual(wanted)) part.Add(block.Place, bytes, block.Hash);
        }

        return part with { IsWhole = block.Place == entry.Records };
    }

    async Task<(byte[] Keys, byte[] Hashes, DateTimeOffset? Committed)> FetchAsync(LogSession session, CancellationToken cancellationToken)
    {
        await using var command = session.Command("""
            SELECT b.keys, b.hashes, (
                SELECT max(a.committed_at) FROM headgate.batch a
                WHERE a.job_id = b.job_id AND a.attempt = b.attempt AND a.object_no = b.object_no AND a.segment_no = b.segment_no
                    AND a.first_row = b.first_row)
            FROM headgate.change_block b WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 AND first_row = $5
            """,
            new NpgsqlParameter<Guid> { TypedValue = filter.Query.JobId }, new NpgsqlParameter<int> { TypedValue = entry.Attempt },
            new NpgsqlParameter<int> { TypedValue = entry.ObjectNo }, new NpgsqlParameter<int> { TypedValue = entry.SegmentNo },
            new NpgsqlParameter<long> { TypedValue = entry.FirstRow });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        // Removed since it was found: its retention is over.
        if (!await reader.ReadAsync(cancellationToken)) return ([], [], null);
        return (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>Has the server put the part's keys into words, and looks up what the records hold now where that is asked for.</summary>
    public async Task<ChangePage> TellAsync(BlockPart part, CancellationToken cancellationToken)
    {
        var order = _object.KeyInFieldOrder;
        var columns = order.Select((position, at) => $"k{at} {_object.Staged[position]}");
        await using var session = await LogSession.BeginAsync(
            dataSource, $"CREATE TEMPORARY TABLE hg_key ({string.Join(", ", columns)}, place int NOT NULL) ON COMMIT DROP", cancellationToken);
        await part.CopyAsync(session.Connection, "COPY pg_temp.hg_key FROM STDIN (FORMAT binary)", cancellationToken);
        var keys = await KeysAsync(session, cancellationToken);
        var present = new PresentRows(session, _object, part);
        if (filter.Query.Present) await present.ReadAsync(cancellationToken);
        var changes = keys.TakeWhile(key => key.Place <= present.Upto).Select(key => part.ChangeOf(key.Place, key.Texts, present.Of(key.Place))).ToList();
        return new ChangePage(changes, changes.Count == part.Count ? part.Upto : changes[^1].Sequence, IsLast: false);
    }

    async Task<List<(int Place, string?[] Texts)>> KeysAsync(LogSession session, CancellationToken cancellationToken)
    {
        var texts = _object.KeyInFieldOrder.Select((position, at) => StagedText.Of($"k{at}", _object.Staged[position]));
        await using var command = session.Command($"SELECT place, ARRAY[{string.Join(", ", texts)}]::text[] FROM pg_temp.hg_key ORDER BY place");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<(int, string?[])>();
        while (await reader.ReadAsync(cancellationToken)) keys.Add((reader.GetInt32(0), reader.GetFieldValue<string?[]>(1)));
        return keys;
    }
}
