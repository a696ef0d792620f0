namespace Headgate.Crashes.Tests.Checking;

/// <summary>
/// While a job was shown as stopped nothing of it was committed, and the count shown with the stop is what had been committed by then.
/// When a batch committed is asked of the destination's own clock; the servers are on one machine.
/// </summary>
static class StopsCheck
{
    static readonly string[] Stopped = ["Paused", "Canceled", "Failed", "Completed", "Discarded"];

    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        // Where the server keeps no commit times, or not any more, what the batch said of itself just before its commit has to do.
        var keeps = (string?)await run.Destination.OneAsync("show track_commit_timestamp") == "on";
        var time = keeps ? "coalesce(pg_xact_commit_timestamp(xmin), committed_at)" : "committed_at";
        var batches = (await run.Destination.RowsAsync(
            $"""
             select job_id, attempt, committed_at, case when path = 'retry' then 0 else row_count end, object_no, segment_no, first_row, {time}
             from headgate.batch where job_id = any($1)
             """,
            run.JobIds)).ToLookup(row => (Guid)row[0]!, row => (
                Attempt: (int)row[1]!, Said: (DateTime)row[2]!, At: (DateTime)row[7]!, Rows: (int)row[3]!, Name: $"object {row[4]} segment {row[5]} from {row[6]}"));
        var findings = new List<string>();
        foreach (var stop in (await Shown.ReadAsync(run)).Where(shown => Stopped.Contains(shown.State)))
        {
            var late = batches[stop.Job].Where(batch => IsWithin(stop, batch.Said) || IsWithin(stop, batch.At));
            findings.AddRange(late.Select(batch => $"{stop.Job}: {batch.Name} was committed, {stop.State} was shown at {stop.At:O} ({batch.Said:O}, {batch.At:O})"));
            var committed = batches[stop.Job].Where(batch => batch.Attempt == stop.Attempt && batch.At <= stop.At).Sum(batch => (long)batch.Rows);
            if (committed != stop.Written) findings.Add($"{stop.Job}: {stop.State} was shown with {stop.Written} written, {committed} were committed");
        }

        return [.. findings.Select(sentence => new Finding(Guarantee.NothingWrittenAfterAStop, sentence))];
    }

    static bool IsWithin(Shown stop, DateTime at) => at > stop.At && at < stop.Until;
}
