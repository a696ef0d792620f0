namespace Headgate.PipelineFiles.Rules;

static class EmailRule
{
    const int MaxLength = 254;

    /// <summary>One bare address; the mail server has the last word.</summary>
    public static readonly Rule<string> Address = new(
        "one e-mail address such as ops@example.com",
        (string text, out string value) =>
        {
            value = text;
            return IsAddress(text) ? null : "it is not an e-mail address";
        });

    static bool IsAddress(string text)
    {
        var at = text.IndexOf('@');
        return at is > 0 and <= 64
            && text.Length <= MaxLength
            && IsDotted(text[..at], c => char.IsLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~".Contains(c))
            && IsDotted(text[(at + 1)..], c => char.IsLetterOrDigit(c) || c == '-');
    }

    static bool IsDotted(string text, Func<char, bool> allowed) => text.Split('.').All(part => part.Length > 0 && part.All(allowed));
}
