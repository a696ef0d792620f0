namespace Headgate.Contracts.Comparing;

/// <summary>Which records of each object a dry run reads.</summary>
public sealed record Sample
{
    /// <summary>How many; 0: all.</summary>
    public required int Rows { get; init; }

    /// <summary>
    /// Only those for which this condition of the source holds too, beside the pipeline file's own filter. Null: no other.
    /// </summary>
    public string? Filter { get; init; }
}
