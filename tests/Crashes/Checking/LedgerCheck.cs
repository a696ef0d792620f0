namespace Headgate.Crashes.Tests.Checking;

/// <summary>Each segment's ledger row is the sum of its batches, which follow one another.</summary>
static class LedgerCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var sums = await run.Destination.RowsAsync(
            """
            with batches as (
                select job_id, attempt, object_no, segment_no, coalesce(sum(row_count) filter (where path <> 'retry'), 0)::bigint as taken,
                       sum(inserted)::bigint as inserted, sum(updated)::bigint as updated, sum(unchanged)::bigint as unchanged,
                       sum(rejected)::bigint as rejected
                from headgate.batch where job_id = any($1) group by 1, 2, 3, 4),
            ledger as (select * from headgate.ledger where job_id = any($1))
            select job_id || ' attempt ' || attempt || ' object ' || object_no || ' segment ' || segment_no,
                   concat_ws(' ', l.next_row, l.inserted, l.updated, l.unchanged, l.rejected),
                   concat_ws(' ', b.taken, b.inserted, b.updated, b.unchanged, b.rejected)
            from ledger l full join batches b using (job_id, attempt, object_no, segment_no)
            where (coalesce(l.next_row, -1), l.inserted, l.updated, l.unchanged, l.rejected)
                  is distinct from (coalesce(b.taken, 0), coalesce(b.inserted, 0), coalesce(b.updated, 0), coalesce(b.unchanged, 0), coalesce(b.rejected, 0))
            """,
            run.JobIds);
        var gaps = await run.Destination.RowsAsync(
            """
            select job_id || ' attempt ' || attempt || ' object ' || object_no || ' segment ' || segment_no, first_row, expected
            from (select *, lag(first_row + row_count, 1, 0::bigint) over (
                      partition by job_id, attempt, object_no, segment_no order by first_row) as expected
                  from headgate.batch where job_id = any($1) and path <> 'retry') batch
            where first_row <> expected
            """,
            run.JobIds);
        return
        [
            .. sums.Select(row => new Finding(Guarantee.LedgerIsItsBatches, $"{row[0]}: ledger ({row[1]}), batches ({row[2]})")),
            .. gaps.Select(row => new Finding(Guarantee.LedgerIsItsBatches, $"{row[0]}: a batch begins at {row[1]} and not at {row[2]}")),
        ];
    }
}
