using MassTransit;

namespace Headgate.SagaRepository;

/// <summary>Tells a duplicate whose answer may be missing from one that was answered.</summary>
public static class SecondHandling
{
    /// <summary>
    /// Whether this message may have been handled up to the commit, but not up to the sending of what followed from it: the broker
    /// delivers it again (a process or a connection was lost), or this process tries it again (the sending failed).
    /// </summary>
    /// <remarks>
    /// A transition that sends answers its own duplicate by sending the same again:
    /// <code>
    /// During(Running,
    ///     When(Accepted, context => context.MayHaveBeenHandled()).SendImplied(),
    ///     Ignore(Accepted, context => !context.MayHaveBeenHandled()));
    /// </code>
    /// Receivers see messages twice then, and must bear that anyway. It is false for a duplicate that a sender made: that one's first copy
    /// is answered on its own account.
    /// </remarks>
    public static bool MayHaveBeenHandled(this ConsumeContext context) =>
        context.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0 || context.GetRedeliveryCount() > 0;
}
