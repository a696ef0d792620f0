using Headgate.Bench.Peers;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>
/// What the connector does for a batch of changes, without the change log: lock, fence and ledger row read, the very version of each
/// row that differs replaced, ledger and audit written. Headgate itself cannot be told to leave the log out.
/// </summary>
/// <param name="installation">Where.</param>
/// <param name="subject">What.</param>
/// <param name="intoEmpty">Copied, as into a table that was found empty. Default: only changes.</param>
sealed class UnloggedBatches(Installation installation, UpsertSubject subject, bool intoEmpty = false)
    : SqlBatches(intoEmpty ? Contenders.UnloggedCopies : Contenders.UnloggedBatches, installation, subject)
{
    const string Book = "public.bench_ledger";
    const string Audit = "public.bench_batch";

    protected override bool IsStaged => !intoEmpty;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await base.PrepareAsync(cancellationToken);
        await Destination.ExecuteAsync(
            $"""
             drop table if exists {Book}, {Audit};
             create table {Book} (segment int primary key, next_row bigint not null) with (fillfactor = 70);
             create table {Audit} (segment int, first_row bigint, row_count int, at timestamptz default clock_timestamp(),
                 primary key (segment, first_row));
             insert into {Book} select s, 0 from generate_series(0, {StagedRows.Writers - 1}) s
             """,
            cancellationToken);
    }

    protected override IReadOnlyList<string> Begin(int segment) =>
    [
        "select pg_advisory_xact_lock_shared(1, 1)",
        $"select next_row from {Book} where segment = {segment}",
        $"select next_row from {Book} where segment = {segment} for update",
    ];

    protected override IReadOnlyList<string> Write(int segment, MemoryBatch batch) =>
    [
        .. IsStaged ? [Replace] : Array.Empty<string>(),
        "set constraints all immediate",
        $"update {Book} set next_row = next_row + {batch.Rows} where segment = {segment}",
        $"insert into {Audit} (segment, first_row, row_count) values ({segment}, {batch.FirstRow}, {batch.Rows})",
    ];

    string Replace =>
        $"""
         update {Table} t set {string.Join(", ", RecordsTable.Others.Select(c => $"{c} = s.{c}"))}
         from {Stage} s join {Table} o on o.id = s.id
         where t.ctid = o.ctid and t.xmin = o.xmin
           and ({string.Join(" or ", RecordsTable.Others.Select(c => $"o.{c} is distinct from s.{c}"))})
         """;
}
