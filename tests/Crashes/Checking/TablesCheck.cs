namespace Headgate.Crashes.Tests.Checking;

/// <summary>Destination equals source, in the source's columns, if the last job has completed.</summary>
static class TablesCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var findings = new List<Finding>();
        if (run.Jobs[^1].State != "Completed") return findings;
        foreach (var table in run.Tables)
        {
            var columns = string.Join(", ", (await TableImage.ColumnsAsync(run.Source, table.Name)).Select(column => $"\"{column}\""));
            var sql = $"select count(*) || ' ' || coalesce(sum(hashtextextended(row({columns})::text, 0)::numeric), 0) from public.\"{table.Name}\"";
            var (source, destination) = ((string)(await run.Source.OneAsync(sql))!, (string)(await run.Destination.OneAsync(sql))!);
            if (source != destination)
                findings.Add(new Finding(Guarantee.DestinationEqualsSource, $"{table.Name}: {source} at the source, {destination} at the destination"));
        }

        return findings;
    }
}
