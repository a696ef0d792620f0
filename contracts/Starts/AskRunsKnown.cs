namespace Headgate.Contracts.Starts;

/// <summary>Asks the coordinator which runs, and records of missed ones, have reached it; it answers with RunsKnown.</summary>
public sealed record AskRunsKnown
{
    /// <summary>Their ids, some hundred at most.</summary>
    public required IReadOnlyList<Guid> Runs { get; init; }
}
