namespace Headgate.Bench.Measuring;

/// <summary>One run of one contender.</summary>
/// <param name="Seconds">The time that counts.</param>
/// <param name="Parts">What the time is made of or stands beside, by name, in seconds.</param>
sealed record Measure(double Seconds, IReadOnlyDictionary<string, double> Parts)
{
    public Measure(double seconds)
        : this(seconds, new Dictionary<string, double>(StringComparer.Ordinal))
    {
    }
}
