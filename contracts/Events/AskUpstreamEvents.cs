namespace Headgate.Contracts.Events;

/// <summary>Asks the scheduler for the upstream events that it knows, the latest first; it answers with UpstreamEventsFound.</summary>
public sealed record AskUpstreamEvents
{
    /// <summary>Those that matched a pipeline of this project, with the runs of that project alone; null: all.</summary>
    public string? Project { get; init; }

    /// <summary>Of this type; null: of any.</summary>
    public string? Type { get; init; }

    /// <summary>Of this subject; null: of any, and those of none.</summary>
    public string? Subject { get; init; }

    /// <summary>The one of this id; null: whatever its id.</summary>
    public string? Id { get; init; }

    /// <summary>Received at this time or later; null: however long ago.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Received before this time; null: up to now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only those that matched no pipeline. Not together with Project.</summary>
    public bool Unmatched { get; init; }

    /// <summary>Only those before this number, the last one of the page before; null: from the latest on.</summary>
    public long? Before { get; init; }

    /// <summary>The most to answer with, 1 to 1,001.</summary>
    public required int Count { get; init; }
}
