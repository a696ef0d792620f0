using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>
/// The secret of an API key: `hgk_`, 12 characters by which the key is found, `_`, and 43 (256 bits) that only its holder has. What it is
/// shown as never tells them.
/// </summary>
sealed class KeySecret
{
    const string Mark = "hgk_";
    const int PrefixLength = 12;
    const int RestLength = 43;
    const int Length = 4 + PrefixLength + 1 + RestLength;
    const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    readonly string _text;

    KeySecret(string text) => _text = text;

    /// <summary>By which the key is found; no secret.</summary>
    public string Prefix => _text.Substring(Mark.Length, PrefixLength);

    public static KeySecret New() => new(
        $"{Mark}{RandomNumberGenerator.GetString(Letters, PrefixLength)}_{RandomNumberGenerator.GetString(Letters, RestLength)}");

    public static bool IsLikely(string text) => text.StartsWith(Mark, StringComparison.Ordinal);

    public static bool TryParse(string text, [NotNullWhen(true)] out KeySecret? secret)
    {
        var fits = text.Length == Length && IsLikely(text) && text[Mark.Length + PrefixLength] == '_' && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        secret = fits ? new KeySecret(text) : null;
        return fits;
    }

    /// <summary>The whole of it: for its holder and for the hash, never for a log.</summary>
    public string Reveal() => _text;

    public override string ToString() => $"{Mark}{Prefix}_***";
}
