using System.Security.Cryptography;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Comparing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Divides a read into segments.</summary>
static class SegmentPlanner
{
    const int MaxSegments = 4096;

    /// <summary>Of a record in a table that was never analyzed.</summary>
    const int AssumedBytes = 100;

    /// <summary>Places of a table that a sample comes from, and how many blocks it takes for them to be apart.</summary>
    const int SamplePlaces = 10, LeastSampledBlocks = 100;

    public static async Task<IReadOnlyList<SegmentRange>> PlanAsync(
        SnapshotTransaction transaction, ReadPlan plan, long segmentBytes, CancellationToken cancellationToken)
    {
        if (plan.Sample is { Rows: > 0 } sample) return await SampleAsync(transaction, plan, sample, cancellationToken);
        if (ReadStatement.Incremental(plan)) return Incremental(plan);
        if (!plan.Object.Blocks) return [new SegmentRange { Kind = SegmentRangeKind.Chain }];
        var (blocks, bytes, _) = await MeasureAsync(transaction, plan.Object.From, cancellationToken);
        // Before version 14 every ctid range reads the whole table: one by one it would be read as often as there are segments.
        if (transaction.Connection.PostgreSqlVersion.Major >= 14) return Even(blocks, bytes, segmentBytes);
        return plan.Object.KeyGuaranteed ? [new SegmentRange { Kind = SegmentRangeKind.Chain }] : Even(0, 0, segmentBytes);
    }

    /// <summary>
    /// The first so many records of a range of blocks, about: by the size that the table has now, and the records that it had when it was
    /// last analyzed. A range without an end gets one here, or what is left of it would follow a table that grows.
    /// </summary>
    public static async Task<(SegmentRange First, SegmentRange? Remainder)> CutAsync(
        SnapshotTransaction transaction, ReadPlan plan, SegmentRange range, long rows, CancellationToken cancellationToken)
    {
        if (range is not { Kind: SegmentRangeKind.Blocks, Rows: null } || transaction.Connection.PostgreSqlVersion.Major < 14) return (range, null);
        var (blocks, bytes, records) = await MeasureAsync(transaction, plan.Object.From, cancellationToken);
        var end = Math.Min(range.EndBlock ?? blocks, blocks);
        var perBlock = Math.Max(1, (records > 0 ? records : bytes / AssumedBytes) / (double)Math.Max(blocks, 1));
        var middle = range.FirstBlock + Math.Max(1, (long)(rows / perBlock));
        return middle < end
            ? (range with { EndBlock = middle }, new SegmentRange { Kind = SegmentRangeKind.Blocks, FirstBlock = middle, EndBlock = end })
            : (range, null);
    }

    /// <summary>
    /// From places all over the table, so that it is not its oldest records that are shown; each place is looked at up to where the next one may
    /// begin. Where somebody says which records are meant, there may be few of them, anywhere.
    /// </summary>
    static async Task<IReadOnlyList<SegmentRange>> SampleAsync(
        SnapshotTransaction transaction, ReadPlan plan, Sample sample, CancellationToken cancellationToken)
    {
        var isCut = plan.Object.Blocks && sample.Filter is null && transaction.Connection.PostgreSqlVersion.Major >= 14;
        var blocks = isCut ? (await MeasureAsync(transaction, plan.Object.From, cancellationToken)).Blocks : 0;
        if (blocks < LeastSampledBlocks) return [new SegmentRange { Kind = SegmentRangeKind.Any, Rows = sample.Rows }];
        var places = Math.Min(SamplePlaces, sample.Rows);
        return [.. Enumerable.Range(0, places).Select(place =>
        {
            var (from, to) = (blocks * place / places, blocks * (place + 1) / places);
            return new SegmentRange
            {
                Kind = SegmentRangeKind.Blocks,
                FirstBlock = from + RandomNumberGenerator.GetInt32((int)Math.Min((to - from) / 2, int.MaxValue)),
                EndBlock = to,
                Rows = (int)(((long)sample.Rows * (place + 1) / places) - ((long)sample.Rows * place / places)),
            };
        })];
    }

    static List<SegmentRange> Incremental(ReadPlan plan)
    {
        var segments = new List<SegmentRange> { new() { Kind = SegmentRangeKind.Chain } };
        if (plan is { NullCursors: true, Object.Cursor.Nullable: true })
            segments.Add(new SegmentRange { Kind = SegmentRangeKind.NullCursors });
        return segments;
    }

    /// <summary>The last range has no end: what the table has grown by meanwhile holds no record that the snapshot sees.</summary>
    internal static IReadOnlyList<SegmentRange> Even(long blocks, long bytes, long segmentBytes)
    {
        var wanted = Math.Clamp((bytes + segmentBytes - 1) / segmentBytes, 1, MaxSegments);
        var step = Math.Max(1, (blocks + wanted - 1) / wanted);
        var segments = new List<SegmentRange>();
        for (var first = 0L; first < Math.Max(blocks, 1); first += step)
        {
            var end = first + step;
            segments.Add(new SegmentRange { Kind = SegmentRangeKind.Blocks, FirstBlock = first, EndBlock = end < blocks ? end : null });
        }

        return segments;
    }

    /// <summary>A ctid range picks the same blocks of every partition and child: the longest of them counts.</summary>
    static async Task<(long Blocks, long Bytes, double Records)> MeasureAsync(SnapshotTransaction transaction, string from, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE tree(oid) AS (
                SELECT pg_catalog.to_regclass($1)::pg_catalog.oid
                UNION
                SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
            SELECT coalesce(max(pg_catalog.pg_relation_size(c.oid)), 0) / pg_catalog.current_setting('block_size')::pg_catalog.int8,
                   coalesce(sum(pg_catalog.pg_table_size(c.oid)), 0)::pg_catalog.int8,
                   coalesce(sum(greatest(c.reltuples, 0)), 0)::pg_catalog.float8
            FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid WHERE c.relkind IN ('r', 'm')
            """, transaction.Connection)
        {
            Parameters = { new() { Value = from } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetDouble(2));
    }
}
