namespace Headgate.PipelineFiles.Rules;

/// <summary>Finds the key that somebody meant.</summary>
static class Suggestion
{
    const int MaxLength = 40;

    /// <summary>The nearest of the known words, or null if none is near.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength)
            return null;
        var (nearest, distance) = known.Select(k => (Key: k, Distance: Distance(Plain(word), Plain(k)))).MinBy(k => k.Distance);
        return nearest is not null && distance <= Math.Min(2, nearest.Length / 3) ? nearest : null;
    }

    // max_rejects and Max-Rejects are both near to maxRejects.
    static string Plain(string word) => new([.. word.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
