using Headgate.Contracts.Comparing;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What was found of an object's sample, and by what it is judged.</summary>
sealed record CanarySubject
{
    /// <summary>The destination table.</summary>
    public required string Object { get; init; }

    /// <summary>Whether all of it was read.</summary>
    public required bool Full { get; init; }

    /// <summary>Whether what a job wrote wrongly is moved again: to overwrite it is what it is for.</summary>
    public bool IsReplay { get; init; }

    /// <summary>How many records are staged.</summary>
    public required long Rows { get; init; }

    /// <summary>How many runs of it have completed, of either kind.</summary>
    public required int Runs { get; init; }

    public required ObjectFindings Found { get; init; }

    /// <summary>Of runs of the same kind.</summary>
    public required CanaryHistory History { get; init; }
}
