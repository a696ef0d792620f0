namespace Headgate.Crashes.Tests.Checking;

/// <summary>Plays the log backwards, from the tables as they are, and compares with what they were. Each step must fit the one after it.</summary>
static class ChangeLogCheck
{
    const int Most = 5;

    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var log = await LoggedBatch.ReadAsync(run);
        var findings = (await LoggedBatch.OrphansAsync(run)).Select(name => $"{name}: logged, but there is no such batch").ToList();
        foreach (var batch in log.Where(batch => batch.Inserted + batch.Updated != batch.Changes.Count
            || batch.Updated != batch.Changes.Count(change => !change.IsInsert)))
        {
            findings.Add($"{batch.Name}: {batch.Inserted} inserted and {batch.Updated} updated, but the log has "
                + $"{batch.Changes.Count(change => change.IsInsert)} inserts and {batch.Changes.Count(change => !change.IsInsert)} updates");
        }

        foreach (var table in run.Tables.Where(table => !table.People))
        {
            var image = await TableImage.ReadAsync(run.Destination, table.Name);
            var wrong = log.Where(batch => batch.Table == table.Name).SelectMany(batch => batch.Changes)
                .SelectMany(change => Undo(image, change)).Take(Most).ToList();
            findings.AddRange(wrong.Select(sentence => $"{table.Name}: {sentence}"));
            if (wrong.Count == 0 && image.DifferenceTo(run.Before[table.Name]) is { } difference)
                findings.Add($"{table.Name}: played backwards, {difference}");
        }

        return [.. findings.Select(sentence => new Finding(Guarantee.ChangeLogIsExact, sentence))];
    }

    static IEnumerable<string> Undo(TableImage image, LoggedChange change)
    {
        if (!image.Has(change.Key))
        {
            yield return $"row {change.Key} was written, and is not there";
            yield break;
        }

        foreach (var (field, before, after) in change.Values)
        {
            if (image.Value(change.Key, field) != after)
                yield return $"row {change.Key} has {field} = {image.Value(change.Key, field)}, the log left it as {after}";
            if (!change.IsInsert) image.Set(change.Key, field, before);
        }

        if (change.IsInsert) image.Remove(change.Key);
    }
}
