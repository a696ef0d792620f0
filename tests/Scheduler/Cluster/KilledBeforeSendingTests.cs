using Headgate.Hosting.Faults;

namespace Headgate.Scheduler.Tests.Cluster;

/// <summary>Killed when a run has come due and nothing of it was sent.</summary>
public sealed class KilledBeforeSendingTests() : TwoSchedulersTests(FaultPoints.RunsDue);
