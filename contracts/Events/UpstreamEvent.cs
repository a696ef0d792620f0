namespace Headgate.Contracts.Events;

/// <summary>
/// Something that has happened in another service: published by it to exchange `headgate:upstream-events`, which starts a run of every
/// pipeline that has a trigger for it. As raw JSON from any language, or in MassTransit's envelope. docs/events.md tells how.
/// </summary>
public sealed record UpstreamEvent
{
    /// <summary>What has happened, for example BackupCompleted: 1 to 200 characters, no control characters.</summary>
    public required string Type { get; init; }

    /// <summary>
    /// What it has happened to, for example the name of a database: 1 to 200 characters, no control characters. Null: nothing in particular;
    /// no trigger matches then that asks for a subject, but one that asks for *.
    /// </summary>
    public string? Subject { get; init; }

    /// <summary>
    /// Makes it count once, whatever its type: 1 to 200 characters, no control characters. What comes with the same id within 7 days is a
    /// repeat. A UUID, best.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>When it has happened, UTC.</summary>
    public required DateTimeOffset Time { get; init; }
}
