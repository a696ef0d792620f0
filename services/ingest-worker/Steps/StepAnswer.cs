namespace Headgate.IngestWorker.Steps;

/// <summary>What a step's message is answered with.</summary>
abstract record StepAnswer
{
    StepAnswer() { }

    /// <summary>An event to publish.</summary>
    public sealed record Say(object Event) : StepAnswer;

    /// <summary>Nothing: the message is stale, or somebody else has it in hand.</summary>
    public sealed record Nothing(string Why) : StepAnswer;

    /// <summary>Not done yet: the same message goes to the end of its lane.</summary>
    public sealed record Again : StepAnswer;
}
