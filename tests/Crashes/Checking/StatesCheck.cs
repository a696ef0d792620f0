namespace Headgate.Crashes.Tests.Checking;

/// <summary>States as they were shown, and commands as they were answered.</summary>
static class StatesCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var findings = new List<string>();
        var shown = await Shown.ReadAsync(run);
        foreach (var job in run.Jobs)
        {
            var life = shown.Where(entry => entry.Job == job.Id).ToList();
            if (life.Count == 0 || life[0].State != "Pending") findings.Add($"{job.Id} was not born Pending");
            else if (life[^1].State != job.State) findings.Add($"{job.Id} is {job.State} and was last seen as {life[^1].State}");
            findings.AddRange(life.Zip(life.Skip(1)).SelectMany(step => Wrong(job, step.First, step.Second)));
        }

        var commands = await run.State.RowsAsync(
            """
            select job_id || ' ' || command || ' in ' || state_before || ': ' || outcome || ' led to ' || state_after
            from coordinator.job_command
            where job_id = any($1) and (outcome <> 'Accepted' and state_before <> state_after
                or message_id is null
                or not exists (select from watch.shown w where w.job_id = job_command.job_id and w.state = job_command.state_after))
            """,
            run.JobIds);
        findings.AddRange(commands.Select(row => (string)row[0]!));
        var active = await run.State.RowsAsync(
            """
            select j.job_id::text from coordinator.sync_job j where job_id = any($1)
                and (state in ('Paused', 'Canceled') and stop_confirmed_at is null or state = 'Completed' and (error is not null or phase <> 'None'))
            """,
            run.JobIds);
        findings.AddRange(active.Select(row => $"{row[0]}: its row contradicts its state"));
        return [.. findings.Select(sentence => new Finding(Guarantee.StatesAreLegal, sentence))];
    }

    static IEnumerable<string> Wrong(CheckedJob job, Shown before, Shown after)
    {
        if (before.State != after.State && !Lifecycle.Allows(before.State, after.State)) yield return $"{job.Id} went from {before.State} to {after.State}";
        if (after.Epoch < before.Epoch) yield return $"{job.Id}: its epoch fell from {before.Epoch} to {after.Epoch}";
        if (after.Attempt < before.Attempt) yield return $"{job.Id}: its attempt fell from {before.Attempt} to {after.Attempt}";
        if (before.Launched && !after.Launched) yield return $"{job.Id}: it lost its Request ID";
    }
}
