using Headgate.Hosting.Faults;

namespace Headgate.Scheduler.Tests.Cluster;

/// <summary>Killed when the broker has confirmed a run, and it is not written down.</summary>
public sealed class KilledAfterSendingTests() : TwoSchedulersTests(FaultPoints.RunsSent);
