namespace Headgate.Bench.Measuring;

/// <summary>What a contender's runs came to. A run that missed the end state is in none of the figures.</summary>
sealed class ContenderResult(string name)
{
    readonly List<Measure> _warm = [];
    readonly List<string> _refused = [];

    public string Name { get; } = name;

    /// <summary>Why it was not measured at all.</summary>
    public string? Missing { get; init; }

    public Measure? Cold { get; private set; }

    public IReadOnlyList<Measure> Warm => _warm;

    /// <summary>Why runs were not counted.</summary>
    public IReadOnlyList<string> Refused => _refused;

    /// <summary>The median of the warm rounds; without one, the cold round.</summary>
    public double? Seconds => _warm.Count > 0 ? Statistics.Median(_warm.Select(m => m.Seconds)) : Cold?.Seconds;

    /// <summary>The medians of the parts over the same rounds.</summary>
    public IReadOnlyDictionary<string, double> Parts => Counted.SelectMany(m => m.Parts)
        .GroupBy(part => part.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => Statistics.Median(group.Select(part => part.Value)), StringComparer.Ordinal);

    IEnumerable<Measure> Counted => _warm.Count > 0 ? _warm : Cold is { } cold ? [cold] : [];

    public void Add(int round, Measure measure)
    {
        if (round == 0) Cold = measure;
        else _warm.Add(measure);
    }

    public void Refuse(int round, string reason) => _refused.Add($"{(round == 0 ? "cold round" : $"round {round}")}: {reason}");
}
