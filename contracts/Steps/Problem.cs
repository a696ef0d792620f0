namespace Headgate.Contracts.Steps;

/// <summary>What went wrong, without any record value in it.</summary>
public sealed record Problem
{
    /// <summary>For programs, for example "column-missing".</summary>
    public required string Code { get; init; }

    /// <summary>For people: object and cause in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The database's own code, where it gave one.</summary>
    public string? SqlState { get; init; }

    /// <summary>True if the same step may succeed later by itself.</summary>
    public required bool Retryable { get; init; }

    /// <summary>
    /// True if somebody else is in the way, whom the sentence names, and a step of the whole job is tried again for as long as that lasts: it
    /// is no failed try. Default: not.
    /// </summary>
    public bool Held { get; init; }
}
