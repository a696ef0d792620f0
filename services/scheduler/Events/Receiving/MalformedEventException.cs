namespace Headgate.Scheduler.Events.Receiving;

/// <summary>
/// A message on the events' exchange that is no event. What it says ends in a header of the message in the error queue, and so never
/// repeats what the message holds.
/// </summary>
/// <param name="field">The field that is wrong; body: all of it.</param>
/// <param name="rule">What was expected of it.</param>
sealed class MalformedEventException(string field, string rule) : Exception($"{field}: {rule}")
{
    public string Field { get; } = field;
}
