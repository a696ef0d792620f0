namespace Headgate.Contracts.Starts;

/// <summary>Asks the coordinator by what the runs of all pipelines start, page by page; it answers with StartRulesListed.</summary>
public sealed record AskStartRules
{
    /// <summary>The last pipeline of the page before; null: the first page.</summary>
    public Guid? After { get; init; }
}
