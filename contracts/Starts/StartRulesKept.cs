namespace Headgate.Contracts.Starts;

/// <summary>The scheduler has written down by what a pipeline's runs start; until this is heard it is told again.</summary>
public sealed record StartRulesKept
{
    /// <summary>The message id of StartRulesChanged.</summary>
    public required Guid ObligationId { get; init; }
}
