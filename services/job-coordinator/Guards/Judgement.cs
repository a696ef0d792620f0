using Headgate.Contracts.Guards;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What a guard saw of a job, or of one object of it, by one measure. No value of a record is in it.</summary>
sealed record Judgement
{
    public required Guard Guard { get; init; }

    /// <summary>The key of the pipeline file that it went by; empty of FullLoad.</summary>
    public required string Measure { get; init; }

    public required JudgementOutcome Outcome { get; init; }

    /// <summary>What it saw against what is allowed, or why it cannot judge: one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>In the measure's unit.</summary>
    public double Observed { get; init; }

    /// <summary>What the pipeline allows, in the same unit.</summary>
    public double Allowed { get; init; }

    /// <summary>The destination table; null: the whole job.</summary>
    public string? Object { get; init; }

    /// <summary>The destination field; null: none.</summary>
    public string? Field { get; init; }

    /// <summary>By how much it is beyond what is allowed: what stands out of several is what is told.</summary>
    public double Excess => Allowed > 0 ? Observed / Allowed : Observed;
}
