using System.Globalization;
using System.Text;

namespace Headgate.Cli.Output;

/// <summary>
/// Makes text that comes from elsewhere harmless to a terminal: control characters, and those that reorder or hide text, are shown as what
/// they are.
/// </summary>
static class SafeText
{
    /// <summary>On one line.</summary>
    public static string Line(string text) => Clean(text, keepLines: false);

    /// <summary>Line feeds and tabs stay.</summary>
    public static string Lines(string text) => Clean(text, keepLines: true);

    static string Clean(string text, bool keepLines)
    {
        if (!text.Any(c => IsHarmful(c, keepLines))) return text;
        var clean = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])) clean.Append(c).Append(text[++at]);
            else if (IsHarmful(c, keepLines)) clean.Append(Shown(c));
            else clean.Append(c);
        }

        return clean.ToString();
    }

    static bool IsHarmful(char c, bool keepLines) => char.GetUnicodeCategory(c) switch
    {
        UnicodeCategory.Control => !keepLines || c is not ('\n' or '\t'),
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => true,
        _ => false,
    };

    static string Shown(char c) => c switch
    {
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        < '\u0100' => $@"\x{(int)c:x2}",
        _ => $@"\u{(int)c:x4}",
    };
}
