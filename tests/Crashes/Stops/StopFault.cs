namespace Headgate.Crashes.Tests.Stops;

/// <summary>What happens at the same time.</summary>
enum StopFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Workers are killed just before the stop, or while it is under way.</summary>
    WorkerKilled,

    /// <summary>Workers stand still from before the stop until it was shown, with all that they have in hand.</summary>
    WorkerFrozen,

    /// <summary>A worker hears nothing of the broker from before the stop until it was shown.</summary>
    BrokerCut,

    /// <summary>A worker does not reach the destination from before the stop until it was shown.</summary>
    DestinationCut,

    /// <summary>The coordinator is killed while the stop is under way.</summary>
    CoordinatorKilled,

    /// <summary>Messages come twice while the stop is under way.</summary>
    MessagesTwice,

    /// <summary>All messages so far come once more after the stop was shown, to workers that were not there to hear of it, while no coordinator is.</summary>
    MessagesLate,
}
