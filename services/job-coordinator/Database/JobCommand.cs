using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Database;

/// <summary>A command on a job and what became of it; refused ones too.</summary>
public sealed class JobCommand
{
    public long CommandId { get; init; }

    public required Guid JobId { get; init; }

    public required string Command { get; init; }

    /// <summary>What was commanded, with what makes a difference; null: recorded before this was.</summary>
    public string? Operation { get; init; }

    public required string Actor { get; init; }

    public string? Reason { get; init; }

    /// <summary>Under which it was sent: the same message is answered the same.</summary>
    public Guid? MessageId { get; init; }

    public required string StateBefore { get; init; }

    public required string StateAfter { get; init; }

    public required CommandOutcome Outcome { get; init; }

    /// <summary>The rule that refused it; null: it was not refused.</summary>
    public CommandRule? Rule { get; init; }

    public required string Sentence { get; init; }

    public required DateTimeOffset At { get; init; }
}
