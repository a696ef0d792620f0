using System.Globalization;

namespace Headgate.Crashes.Tests.Rounds;

/// <summary>How many random rounds, and from which seed: what `./headgate test` was told, or a few from a seed that stays.</summary>
sealed record RoundSettings(int Count, long Seed)
{
    public IEnumerable<long> Seeds => Enumerable.Range(0, Count).Select(round => Seed + round);

    /// <param name="prefix">Of the variables' names: PREFIX_ROUNDS and PREFIX_SEED.</param>
    /// <param name="count">Rounds where nothing was told.</param>
    /// <param name="seed">The seed where nothing was told.</param>
    public static RoundSettings Read(string prefix, int count, long seed) =>
        new((int)Number($"{prefix}_ROUNDS", count), Number($"{prefix}_SEED", seed));

    static long Number(string name, long otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
        ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : otherwise;
}
