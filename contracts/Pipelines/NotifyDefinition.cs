namespace Headgate.Contracts.Pipelines;

/// <summary>Who is told, and of what.</summary>
public sealed record NotifyDefinition
{
    /// <summary>The notification address; null: no mail.</summary>
    public string? Email { get; init; }

    /// <summary>A reference to a URL, "env:NAME" or "file:PATH"; null: no webhook.</summary>
    public string? Webhook { get; init; }

    /// <summary>What is told. Default: everything.</summary>
    public IReadOnlyList<NotifyOccasion> On { get; init; } =
        [NotifyOccasion.ExtractionCanceled, NotifyOccasion.Failed, NotifyOccasion.Guard, NotifyOccasion.Deadline];
}
