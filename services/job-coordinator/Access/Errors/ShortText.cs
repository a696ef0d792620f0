namespace Headgate.JobCoordinator.Access.Errors;

/// <summary>What callers send may be megabytes: it is shown and kept up to a length.</summary>
static class ShortText
{
    public static string Shortened(this string text, int longest)
    {
        if (text.Length <= longest) return text;
        // Half of a pair is no text.
        var length = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return $"{text.AsSpan(0, length)}...";
    }
}
