namespace Headgate.Scheduler.Tests.Running;

/// <summary>Quartz has one clock in a process: tests that set it run one after the other.</summary>
[CollectionDefinition(nameof(QuartzCollection))]
public sealed class QuartzCollection;
