using System.Globalization;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>How many rounds, and from which seed: `./headgate test --chaos N --seed S`. Without it, a few from a seed that stays.</summary>
static class ChaosSettings
{
    public static int Rounds { get; } = (int)Number("HEADGATE_CHAOS_ROUNDS", 2);

    public static long Seed { get; } = Number("HEADGATE_CHAOS_SEED", 7);

    static long Number(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
}
