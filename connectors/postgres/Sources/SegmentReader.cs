using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Reads the records of one segment.</summary>
static class SegmentReader
{
    public static async Task<SegmentRange?> ReadAsync(
        SnapshotTransaction transaction, ReadPlan plan, SegmentRange range, int chainRows, IRecordSink sink, CancellationToken cancellationToken)
    {
        switch (range.Kind)
        {
            case SegmentRangeKind.Blocks:
                await CopyAsync(transaction, plan, Blocks(range), AtMost(range), sink, cancellationToken);
                return null;
            case SegmentRangeKind.Any:
                await CopyAsync(transaction, plan, [], AtMost(range), sink, cancellationToken);
                return null;
            case SegmentRangeKind.NullCursors:
                await CopyAsync(transaction, plan, [$"{SqlText.Identifier(plan.Object.Cursor!.Name)} IS NULL"], "", sink, cancellationToken);
                return null;
            default:
                var chain = await Chain.OpenAsync(transaction, plan, range.After, cancellationToken);
                var boundary = await chain.FindBoundaryAsync(range.Rows ?? chainRows, cancellationToken);
                await CopyAsync(transaction, plan, chain.Conditions(boundary is not null), chain.Order, sink, cancellationToken);
                return boundary is null ? null : new SegmentRange { Kind = SegmentRangeKind.Chain, After = boundary };
        }
    }

    static string AtMost(SegmentRange range) => range.Rows is { } rows ? $" LIMIT {rows}" : "";

    static IEnumerable<string> Blocks(SegmentRange range)
    {
        yield return $"ctid >= '({range.FirstBlock},0)'::pg_catalog.tid";
        if (range.EndBlock is { } end) yield return $"ctid < '({end},0)'::pg_catalog.tid";
    }

    static Task CopyAsync(
        SnapshotTransaction transaction, ReadPlan plan, IEnumerable<string> conditions, string order, IRecordSink sink,
        CancellationToken cancellationToken)
    {
        var select = $"SELECT {ReadStatement.Fields(plan)}{ReadStatement.From(plan, conditions)}{order}";
        return RawCopy.ReadAsync(transaction.Connection, $"COPY ({select}) TO STDOUT (FORMAT BINARY)", sink, cancellationToken);
    }
}
