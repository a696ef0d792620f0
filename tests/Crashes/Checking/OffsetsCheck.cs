namespace Headgate.Crashes.Tests.Checking;

/// <summary>Offsets name the last completed job, and nothing at the source at or before its bound is missing at the destination.</summary>
static class OffsetsCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var findings = new List<Finding>();
        var offsets = await run.State.RowsAsync(
            """
            select o.object_key, o.job_id, o.attempt, o.object_no, b.upper::text
            from coordinator.object_offset o join coordinator.pipeline p using (pipeline_id)
            left join ingest.bound b using (job_id, attempt, object_no) where p.name = $1
            """,
            run.Pipeline);
        var last = run.Jobs.LastOrDefault(job => job.State == "Completed");
        if (last is not null && offsets.Count != run.Tables.Count)
            findings.Add(Of($"{offsets.Count} objects have an offset, and not {run.Tables.Count}"));
        foreach (var offset in offsets)
        {
            if (last is null || (Guid)offset[1]! != last.Id || (int)offset[2]! != last.Attempt)
                findings.Add(Of($"{offset[0]}: the offset is that of job {offset[1]} attempt {offset[2]}, the last completed one is {last?.Id} attempt {last?.Attempt}"));
            if (offset[4] is null) findings.Add(Of($"{offset[0]}: the bound of its offset is not known"));
        }

        foreach (var table in run.Tables.Where(table => table.Cursor is not null))
        {
            if (offsets.SingleOrDefault(offset => ((string)offset[0]!).StartsWith($"public.{table.Name}|", StringComparison.Ordinal)) is not { } offset) continue;
            if (offset[4] is string upper && await PassedAsync(run, table, upper) is { } passed) findings.Add(Of(passed));
        }

        return findings;
    }

    static async Task<string?> PassedAsync(CheckedRun run, CheckedTable table, string upper)
    {
        var columns = string.Join(", ", (await TableImage.ColumnsAsync(run.Source, table.Name)).Select(column => $"\"{column}\""));
        var due = await run.Source.RowsAsync(
            $"select id::text, row({columns})::text from public.\"{table.Name}\" where \"{table.Cursor}\" <= $1::text::timestamptz", upper);
        var there = (await run.Destination.RowsAsync($"select id::text, row({columns})::text from public.\"{table.Name}\""))
            .ToDictionary(row => (string)row[0]!, row => (string)row[1]!, StringComparer.Ordinal);
        var passed = due.Where(row => there.GetValueOrDefault((string)row[0]!) != (string)row[1]!).Select(row => row[0]).Take(3).ToList();
        return passed.Count == 0 ? null : $"{table.Name}: the offset has passed rows {string.Join(", ", passed)}, which are not at the destination";
    }

    static Finding Of(string sentence) => new(Guarantee.OffsetsAreRight, sentence);
}
