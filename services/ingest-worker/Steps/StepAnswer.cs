namespace Headgate.IngestWorker.Steps;

/// <summary>What a step's message is answered with.</summary>
abstract record StepAnswer
{
    StepAnswer() { }

    /// <summary>An event to publish.</summary>
    public sealed record Say(object Event) : StepAnswer;

    /// <summary>Nothing: the message is stale, or somebody else has it in hand.</summary>
    public sealed record Nothing(string Why) : StepAnswer;

    /// <summary>Not done yet: the message goes to the end of its lane.</summary>
    /// <param name="Command">As whoever takes it up next should find it; null: as it came.</param>
    public sealed record Again(object? Command = null) : StepAnswer;
}
