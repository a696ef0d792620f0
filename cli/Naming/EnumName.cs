using Headgate.Cli.Errors;

namespace Headgate.Cli.Naming;

/// <summary>Values of the protocol's enums as they are typed and shown: `dry-run`. The first value, which says nothing, has no name.</summary>
static class EnumName
{
    public static IEnumerable<string> Known<T>()
        where T : struct, Enum => Enum.GetValues<T>().Where(value => Convert.ToInt32(value) != 0).Select(Of);

    /// <summary>Empty for the first value; the number of one that this version does not know.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        if (Convert.ToInt32(value) == 0) return "";
        return string.Concat($"{value}".Select((letter, at) => char.IsUpper(letter) ? $"{(at > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
    }

    /// <summary>As states are written: Processing.</summary>
    public static string Capital<T>(T value)
        where T : struct, Enum => Of(value) is { Length: > 0 } name ? char.ToUpperInvariant(name[0]) + name[1..] : "";

    public static T Parse<T>(string typed, string what)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>().Where(value => Convert.ToInt32(value) != 0))
            if (string.Equals(Of(value), typed.Replace('_', '-'), StringComparison.OrdinalIgnoreCase)) return value;
        throw new CliException($"There is no {what} \"{typed}\": {string.Join(", ", Known<T>())}.", ExitCode.Usage);
    }

    /// <summary>Several, separated by commas or given again.</summary>
    public static IEnumerable<T> ParseAll<T>(IEnumerable<string>? typed, string what)
        where T : struct, Enum =>
        (typed ?? []).SelectMany(each => each.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(each => Parse<T>(each, what));
}
