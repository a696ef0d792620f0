namespace Headgate.Scheduler.Events.Receiving;

/// <summary>What an event is when it comes.</summary>
enum Reception
{
    /// <summary>New, and at least one pipeline has a trigger for it.</summary>
    Matched,

    /// <summary>New, and no pipeline has one.</summary>
    Unmatched,

    /// <summary>It came before.</summary>
    Repeated,

    /// <summary>Another one of the same id came before: it is dropped like a repeat, though its publisher can hardly mean that.</summary>
    Conflicting,
}
