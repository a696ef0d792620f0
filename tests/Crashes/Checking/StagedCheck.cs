namespace Headgate.Crashes.Tests.Checking;

/// <summary>Of a completed job every segment that counts was taken to its last record; of any other, none beyond it.</summary>
static class StagedCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var findings = new List<Finding>();
        var ledger = (await run.Destination.RowsAsync(
            "select job_id, attempt, object_no, segment_no, rows, next_row, rejected from headgate.ledger where job_id = any($1)", run.JobIds))
            .ToDictionary(row => (row[0], row[1], row[2], row[3]), row => (Rows: (long)row[4]!, Next: (long)row[5]!));
        var segments = await run.State.RowsAsync(
            """
            select s.job_id, s.attempt, s.object_no, s.segment_no, s.rows, s.state, j.state
            from coordinator.job_segment s join coordinator.sync_job j using (job_id)
            where s.job_id = any($1) and s.state <> 'Abandoned' and s.attempt = j.attempt
            """,
            run.JobIds);
        foreach (var segment in segments)
        {
            var (rows, state, job) = ((long)segment[4]!, (string)segment[5]!, (string)segment[6]!);
            var taken = ledger.GetValueOrDefault((segment[0], segment[1], segment[2], segment[3]));
            var isWrong = job == "Completed" || state == "Loaded" ? taken.Next != rows || (rows > 0 && taken.Rows != rows) : taken.Next > rows;
            if (isWrong)
            {
                findings.Add(new Finding(Guarantee.StagedIsTaken,
                    $"{segment[0]} ({job}) object {segment[2]} segment {segment[3]} ({state}): {rows} staged, {taken.Next} of {taken.Rows} taken"));
            }
        }

        var extracted = run.Jobs.Where(job => job.State == "Completed" && job.Extracted != segments.Where(segment => (Guid)segment[0]! == job.Id).Sum(segment => (long)segment[4]!));
        findings.AddRange(extracted.Select(job => new Finding(Guarantee.StagedIsTaken, $"{job.Id}: shows {job.Extracted} extracted, its segments hold others")));
        return findings;
    }
}
