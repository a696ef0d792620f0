using System.Buffers.Binary;
using System.IO.Compression;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>A batch with what the change log holds of it.</summary>
sealed record LoggedBatch
{
    public required string Name { get; init; }

    public required string Table { get; init; }

    public required long Inserted { get; init; }

    public required long Updated { get; init; }

    public required IReadOnlyList<LoggedChange> Changes { get; init; }

    /// <summary>Newest first, with the table that each wrote.</summary>
    public static async Task<IReadOnlyList<LoggedBatch>> ReadAsync(CheckedRun run)
    {
        var changes = (await run.Destination.RowsAsync(
            """
            select c.job_id, c.attempt, c.object_no, c.segment_no, c.first_row, c.operation = 'insert', c.key[1], c.before, c.after,
                   (select array_agg(f ->> 'name') from jsonb_array_elements(o.fields) f)
            from headgate.change c join headgate.job_object o using (job_id, attempt, object_no) where c.job_id = any($1) order by c.seq desc, c.place desc
            """,
            run.JobIds)).ToLookup(Place, row => new LoggedChange((bool)row[5]!, (string)row[6]!, (string?[]?)row[7], (string?[]?)row[8], (string[])row[9]!));
        var blocks = (await run.Destination.RowsAsync(
            "select job_id, attempt, object_no, segment_no, first_row, keys, row_count from headgate.change_block where job_id = any($1)", run.JobIds))
            .ToLookup(Place, row => (Keys: (byte[])row[5]!, Rows: (int)row[6]!));
        var batches = await run.Destination.RowsAsync(
            """
            select b.job_id, b.attempt, b.object_no, b.segment_no, b.first_row, b.inserted, b.updated, o.table_name, b.path
            from headgate.batch b join headgate.job_object o using (job_id, attempt, object_no)
            where b.job_id = any($1) and b.path <> 'reject' order by b.committed_at desc
            """,
            run.JobIds);
        return
        [
            .. batches.Select(row => new LoggedBatch
            {
                Name = $"{row[0]} object {row[2]} segment {row[3]} from {row[4]}",
                Table = ((string)row[7]!).Split('.')[^1].Trim('"'),
                Inserted = (long)row[5]!,
                Updated = (long)row[6]!,
                Changes = [.. changes[Place(row)], .. blocks[Place(row)].SelectMany(block => KeysOf(block.Keys, block.Rows)).Select(LoggedChange.OfBlock)],
            }),
        ];
    }

    public static async Task<IReadOnlyList<string>> OrphansAsync(CheckedRun run) =>
    [
        .. (await run.Destination.RowsAsync(
            """
            select distinct job_id || ' object ' || object_no || ' segment ' || segment_no || ' from ' || first_row
            from (select job_id, attempt, object_no, segment_no, first_row from headgate.change
                  union all select job_id, attempt, object_no, segment_no, first_row from headgate.change_block) log
            where job_id = any($1) and not exists (
                select from headgate.batch b where (b.job_id, b.attempt, b.object_no, b.segment_no, b.first_row)
                    = (log.job_id, log.attempt, log.object_no, log.segment_no, log.first_row))
            """,
            run.JobIds)).Select(row => (string)row[0]!),
    ];

    static (object?, object?, object?, object?, object?) Place(object?[] row) => (row[0], row[1], row[2], row[3], row[4]);

    // Deflated: a 32-bit length, then the key in binary form; keys are integers here.
    static IEnumerable<string> KeysOf(byte[] deflated, int rows)
    {
        using var inflated = new MemoryStream();
        using (var deflate = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress)) deflate.CopyTo(inflated);
        var bytes = inflated.ToArray();
        var at = 0;
        for (var row = 0; row < rows; row++)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            at += 4;
            yield return size == 4
                ? $"{BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at))}"
                : $"{BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at))}";
            at += size;
        }
    }
}

/// <summary>A record's change; of a block of inserts, only the key is known.</summary>
sealed record LoggedChange(bool IsInsert, string Key, string?[]? Before, string?[]? After, IReadOnlyList<string> Fields)
{
    public static LoggedChange OfBlock(string key) => new(true, key, null, null, []);

    /// <summary>Fields that changed, with what they were and became; of an insert, all of them.</summary>
    public IEnumerable<(string Field, string? Before, string? After)> Values =>
        Fields.Select((name, at) => (Field: name, Before: Before?[at], After: After![at])).Where(value => IsInsert || value.Before != value.After);
}
