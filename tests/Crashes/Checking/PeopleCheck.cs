using System.Globalization;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>
/// Where people write too, taking back what the log says was changed must leave exactly what people have made of it: each of their
/// writes has added the same to n and to by_people.
/// </summary>
static class PeopleCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        var findings = new List<Finding>();
        foreach (var table in run.Tables.Where(table => table.People))
        {
            var image = await TableImage.ReadAsync(run.Destination, table.Name);
            var moved = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var change in (await LoggedBatch.ReadAsync(run)).Where(batch => batch.Table == table.Name).SelectMany(batch => batch.Changes))
            {
                var (_, before, after) = change.Values.FirstOrDefault(value => value.Field == "n");
                moved[change.Key] = moved.GetValueOrDefault(change.Key) + Number(after) - Number(before);
            }

            var wrong = image.Keys.Where(key =>
                Number(image.Value(key, "n")) - moved.GetValueOrDefault(key) - Number(run.Before[table.Name].Value(key, "n"))
                != Number(image.Value(key, "by_people")) - Number(run.Before[table.Name].Value(key, "by_people"))).Take(3).ToList();
            if (wrong.Count > 0)
                findings.Add(new Finding(Guarantee.ChangeLogIsExact, $"{table.Name}: what people wrote in rows {string.Join(", ", wrong)} is not in the log as it was"));
        }

        return findings;
    }

    static long Number(string? text) => text is null ? 0 : long.Parse(text, CultureInfo.InvariantCulture);
}
