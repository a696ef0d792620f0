namespace Headgate.PipelineFiles.Rules;

/// <summary>Decides what of a file a message may repeat: short, harmless words; nothing that could be a secret.</summary>
static class Shown
{
    const int MaxLength = 40;

    const int MaxKeyLength = 63;

    static readonly string[] Suspicious = ["password", "passwd", "pwd", "secret", "token", "apikey", "://", "host=", "server=", "@"];

    /// <summary>The value in quotes, or "the value".</summary>
    public static string Value(string text) =>
        text.Length is > 0 and <= MaxLength && !LooksSecret(text) && !text.Any(char.IsControl) ? $"'{text}'" : "the value";

    /// <summary>A key as part of a path; "?" if it is not a word.</summary>
    public static string Key(string key) => IsWord(key) ? key : "?";

    public static bool IsWord(string key) =>
        key.Length is > 0 and <= MaxKeyLength && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '$');

    public static bool LooksSecret(string text) => Suspicious.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase));
}
