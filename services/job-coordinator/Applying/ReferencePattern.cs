using System.Text.RegularExpressions;

namespace Headgate.JobCoordinator.Applying;

/// <summary>References that a project's files may name: env:NAME or file:/PATH, in which * stands for any characters but a slash.</summary>
sealed partial class ReferencePattern
{
    readonly Regex _regex;

    ReferencePattern(string text)
    {
        Text = text;
        var any = Regex.Escape(text).Replace(@"\*", "[^/]*", StringComparison.Ordinal);
        _regex = new Regex($@"\A{any}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    public string Text { get; }

    /// <summary>Null: it is none.</summary>
    public static ReferencePattern? Parse(string text) =>
        Variables().IsMatch(text) || (Files().IsMatch(text) && IsStraight(text)) ? new ReferencePattern(text) : null;

    /// <summary>Where a path has detours, what is written is not what is opened.</summary>
    public bool Matches(string reference) => _regex.IsMatch(reference) && IsStraight(reference);

    static bool IsStraight(string reference) => !reference.Split('/').Skip(1).Any(part => part is "" or "." or "..");

    [GeneratedRegex(@"\Aenv:[A-Za-z0-9_*]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Variables();

    [GeneratedRegex(@"\Afile:/[^\p{C}]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Files();
}
