namespace Headgate.Contracts.Events;

/// <summary>The answer to AskUpstreamEvents.</summary>
public sealed record UpstreamEventsFound
{
    /// <summary>The latest first.</summary>
    public required IReadOnlyList<KnownEvent> Events { get; init; }
}
