namespace Headgate.Contracts.Starts;

/// <summary>The answer to AskStartRules: some hundred pipelines, by their ids, and deleted ones among them.</summary>
public sealed record StartRulesListed
{
    /// <summary>By what their runs start; none: there are no more.</summary>
    public required IReadOnlyList<StartRulesChanged> Rules { get; init; }
}
