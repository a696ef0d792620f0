namespace Headgate.Contracts.Jobs;

/// <summary>The answer to every command on a job.</summary>
public sealed record CommandAnswered
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>What became of the command.</summary>
    public required CommandOutcome Outcome { get; init; }

    /// <summary>The job's state after the command.</summary>
    public required string State { get; init; }

    /// <summary>What will happen, or the rule that refuses it, in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>On refusal: the rule; otherwise null.</summary>
    public CommandRule? Rule { get; init; }

    /// <summary>On refusal: the commands that would be accepted.</summary>
    public IReadOnlyList<string> WouldAccept { get; init; } = [];
}
