namespace Headgate.Crashes.Tests.Checking;

/// <summary>The counts of jobs that stand still are the ledger's, and recorded rejects are as many as it says.</summary>
static class CountsCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var sums = (await run.Destination.RowsAsync(
            """
            select job_id, attempt, sum(next_row)::bigint, sum(inserted)::bigint, sum(updated)::bigint, sum(unchanged)::bigint, sum(rejected)::bigint
            from headgate.ledger where job_id = any($1) group by 1, 2
            """,
            run.JobIds)).ToDictionary(row => ((Guid)row[0]!, (int)row[1]!), row => new Counts((long)row[2]!, (long)row[3]!, (long)row[4]!, (long)row[5]!, (long)row[6]!));
        var findings = run.Jobs.Where(job => !job.IsMoving)
            .Select(job => (job, Ledger: sums.GetValueOrDefault((job.Id, job.Attempt), Counts.None)))
            .Where(entry => entry.job.Shown != entry.Ledger)
            .Select(entry => new Finding(Guarantee.CountsAreTheLedgers, $"{entry.job.Id} ({entry.job.State}) shows {entry.job.Shown}, the ledger has {entry.Ledger}"))
            .ToList();
        var rejects = await run.Destination.RowsAsync(
            """
            select l.job_id, l.object_no, l.segment_no, l.rejected, count(r.row_no)
            from headgate.ledger l left join headgate.rejected r using (job_id, attempt, object_no, segment_no)
            where l.job_id = any($1) group by l.job_id, l.attempt, l.object_no, l.segment_no, l.rejected having count(r.row_no) <> l.rejected
            """,
            run.JobIds);
        findings.AddRange(rejects.Select(row => new Finding(
            Guarantee.CountsAreTheLedgers, $"{row[0]} object {row[1]} segment {row[2]}: {row[3]} rejected, {row[4]} recorded")));
        return findings;
    }
}
