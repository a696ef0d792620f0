namespace Headgate.Contracts.Events;

/// <summary>An upstream event as the scheduler has kept it.</summary>
public sealed record KnownEvent
{
    /// <summary>Rises with each event that is received.</summary>
    public required long Number { get; init; }

    /// <summary>The event.</summary>
    public required UpstreamEvent Event { get; init; }

    /// <summary>When it was received for the first time, UTC.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>How often it came again since, and was dropped.</summary>
    public required int Repeats { get; init; }

    /// <summary>The runs that it asked for, by project and pipeline; none: no pipeline had a trigger for it.</summary>
    public required IReadOnlyList<EventRun> Runs { get; init; }

    /// <summary>How many they are; Runs has the first 100 at most.</summary>
    public int RunCount { get; init; }
}
