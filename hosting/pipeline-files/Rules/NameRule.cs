namespace Headgate.PipelineFiles.Rules;

static class NameRule
{
    const int MaxLength = 63;

    const int MaxPatternLength = 200;

    /// <summary>Names of projects and pipelines; they end up in queue and folder names.</summary>
    public static readonly Rule<string> Name = new(
        $"1 to {MaxLength} of a-z, 0-9 and -, beginning with a letter or digit",
        (string text, out string value) =>
        {
            value = text;
            return IsName(text) ? null : $"{Shown.Value(text)} is not a name";
        });

    /// <summary>The type or subject of upstream events.</summary>
    public static readonly Rule<string> Pattern = new(
        $"1 to {MaxPatternLength} characters; * matches any run of characters",
        (string text, out string value) =>
        {
            value = text;
            return text.Length > MaxPatternLength ? "it is too long"
                : string.IsNullOrWhiteSpace(text) ? "it is blank"
                : text.Any(char.IsControl) ? "it has a line break or a tab"
                : null;
        });

    static bool IsName(string text) =>
        text.Length is > 0 and <= MaxLength
        && text[0] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
