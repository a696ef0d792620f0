using System.Globalization;
using Headgate.Cli.Errors;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Naming;

/// <summary>
/// Keys of records as they are typed: id=5, and tenant=a,id=5 where a key has several fields. A backslash keeps a comma in a value, and what a
/// terminal is not shown as it is (<see cref="SafeText"/>) is typed as it is shown.
/// </summary>
static class RecordKeys
{
    public static RecordKey Parse(string typed)
    {
        var key = new RecordKey();
        foreach (var part in Parts(typed))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !key.Values.TryAdd(part[..at], part[(at + 1)..]))
                throw new CliException($"--key: \"{typed}\" is no key: expected is FIELD=VALUE, each field once, separated by commas.", ExitCode.Usage);
        }

        return key;
    }

    public static string Shown(RecordKey? key) =>
        key is null ? "" : string.Join(',', key.Values.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}={Escaped(each.Value)}"));

    static string Escaped(string value) => value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal);

    static List<string> Parts(string typed)
    {
        var parts = new List<string> { "" };
        for (var at = 0; at < typed.Length; at++)
        {
            if (typed[at] == '\\' && at + 1 < typed.Length) parts[^1] += Unescaped(typed, ref at);
            else if (typed[at] == ',') parts.Add("");
            else parts[^1] += typed[at];
        }

        return parts;
    }

    // Leaves the place at the last character that it has taken.
    static char Unescaped(string typed, ref int at)
    {
        var digits = typed[++at] switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits > 0 && at + digits < typed.Length
            && ushort.TryParse(typed.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            at += digits;
            return (char)code;
        }

        return typed[at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var same => same };
    }
}
