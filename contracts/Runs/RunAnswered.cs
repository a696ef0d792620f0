namespace Headgate.Contracts.Runs;

/// <summary>The answer to StartRun and StartJob.</summary>
public sealed record RunAnswered
{
    /// <summary>The run that was asked for.</summary>
    public required Guid RunId { get; init; }

    /// <summary>What became of it.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>The job that was started or resumed, or that is in the way.</summary>
    public Guid? JobId { get; init; }

    /// <summary>What happened or why not, in one sentence.</summary>
    public required string Sentence { get; init; }
}
