namespace Headgate.Scheduler.Events.Receiving;

/// <summary>Compares types and subjects with what pipeline files say, where * stands for any run of characters, also for none.</summary>
static class TriggerPattern
{
    const char Any = '*';

    /// <summary>Whether an event is one that a trigger means. Upper and lower case differ.</summary>
    /// <param name="eventPattern">The trigger's event.</param>
    /// <param name="subjectPattern">The trigger's subject; null: any.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="subject">The event's subject; null: it has none, which only a pattern matches that matches nothing at all.</param>
    public static bool Matches(string eventPattern, string? subjectPattern, string type, string? subject) =>
        Matches(eventPattern, type) && (subjectPattern is null || Matches(subjectPattern, subject ?? ""));

    // Each part is sought once, behind the one before: whatever the pattern, a text is never tried from every place for every star.
    static bool Matches(string pattern, ReadOnlySpan<char> text)
    {
        var parts = pattern.Split(Any);
        if (parts is [var whole]) return text.SequenceEqual(whole);
        var (first, last) = (parts[0], parts[^1]);
        if (text.Length < first.Length + last.Length || !text.StartsWith(first) || !text.EndsWith(last)) return false;
        var rest = text[first.Length..^last.Length];
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var at = rest.IndexOf(part);
            if (at < 0) return false;
            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
