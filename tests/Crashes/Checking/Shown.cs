namespace Headgate.Crashes.Tests.Checking;

/// <summary>What a job's row has shown, and from when to when.</summary>
sealed record Shown(Guid Job, string State, int Attempt, int Epoch, long Written, bool Launched, DateTime At, DateTime Until)
{
    public static async Task<IReadOnlyList<Shown>> ReadAsync(CheckedRun run) =>
    [
        .. (await run.State.RowsAsync(
            """
            select job_id, state, attempt, epoch, written, launched, at, coalesce(lead(at) over (partition by job_id order by seq), 'infinity')
            from watch.shown where job_id = any($1) order by job_id, seq
            """,
            run.JobIds)).Select(row => new Shown(
                (Guid)row[0]!, (string)row[1]!, (int)row[2]!, (int)row[3]!, (long)row[4]!, (bool)row[5]!, (DateTime)row[6]!, (DateTime)row[7]!)),
    ];
}
