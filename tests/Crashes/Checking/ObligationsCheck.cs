namespace Headgate.Crashes.Tests.Checking;

/// <summary>Everything owed has left; a job that has ended owed exactly one word of its end, the right one, and its release.</summary>
static class ObligationsCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var owed = (await run.State.RowsAsync(
            "select job_id, split_part(message, '.', 4), done_at is not null, lane from coordinator.obligation where job_id = any($1)", run.JobIds))
            .ToLookup(row => (Guid)row[0]!, row => (Message: (string)row[1]!, IsDone: (bool)row[2]!, IsPublished: row[3] is null));
        var findings = new List<string>();
        foreach (var job in run.Jobs)
        {
            findings.AddRange(owed[job.Id].Where(entry => !entry.IsDone).Select(entry => $"{job.Id}: {entry.Message} has not left"));
            // The notifier has a copy of its own.
            var ends = owed[job.Id].Where(entry => entry.IsPublished).Select(entry => entry.Message)
                .Where(message => message is "JobCompleted" or "JobCanceled" or "ExtractionCanceled" or "JobDiscarded").ToList();
            var expected = job.State switch
            {
                "Completed" => "JobCompleted",
                "Canceled" => job.IsLaunched ? "JobCanceled" : "ExtractionCanceled",
                "Discarded" => "JobDiscarded",
                _ => null,
            };
            if (!ends.SequenceEqual(expected is null ? [] : [expected]))
                findings.Add($"{job.Id} is {job.State}, and its end was told as ({string.Join(", ", ends)})");
            if (expected is not null && owed[job.Id].All(entry => entry.Message != "ReleaseJob")) findings.Add($"{job.Id} was never released");
        }

        return [.. findings.Select(sentence => new Finding(Guarantee.ObligationsAreDone, sentence))];
    }
}
