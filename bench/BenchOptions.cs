namespace Headgate.Bench;

/// <summary>What is measured, how large and how often.</summary>
sealed record BenchOptions
{
    public const long FewestRows = 1_000;
    public const long MostRows = 50_000_000;
    public const int MostRounds = 100;
    public const int FewestStops = 2;
    public const int MostStops = 1_000;

    /// <summary>Rows of the large table.</summary>
    public required long Rows { get; init; }

    /// <summary>Warm rounds after the cold one.</summary>
    public required int Rounds { get; init; }

    /// <summary>Stops of each mode, while records are extracted and while they are loaded.</summary>
    public required int Stops { get; init; }

    public required IReadOnlyList<string> Cases { get; init; }

    /// <summary>The file that the Markdown table is written to; null: it is only printed, for people.</summary>
    public string? Markdown { get; init; }

    /// <summary>Where the servers' data and the staged files lie while it runs.</summary>
    public required string Directory { get; init; }

    /// <summary>How it was called, for the report.</summary>
    public required string CommandLine { get; init; }
}
