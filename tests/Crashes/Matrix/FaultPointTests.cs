using System.Reflection;
using Headgate.Hosting.Faults;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>The points themselves: without effect unless one is asked for, and each of them in the matrix.</summary>
public sealed class FaultPointTests
{
    static readonly string[] All =
        [.. typeof(FaultPoints).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    /// <summary>No job waits for the notifier or the scheduler: they are killed at their own points in tests of their own.</summary>
    static readonly string[] OfOthers =
    [
        FaultPoints.NoticeKept, FaultPoints.NoticeAccepted, FaultPoints.RunsDue, FaultPoints.RunsSent, FaultPoints.EventKept, FaultPoints.EventRunAsked,
    ];

    [Fact]
    public void Point_halts_nobody_who_was_not_told_to()
    {
        Assert.False(FaultPoint.IsSet);
        Assert.All(All, point => Assert.Same(Task.CompletedTask, FaultPoint.ReachedAsync(point, "anything")));
    }

    /// <summary>In the gate or by hand.</summary>
    [Fact]
    public void Every_point_has_its_row() => Assert.Empty(All.Except(OfOthers).Except(PointsOf(
        [
            .. WorkerCrashTests.Rows, .. WorkerCrashTests.RowsByHand, .. CoordinatorCrashTests.Rows, .. CoordinatorCrashTests.RowsByHand,
            .. RepairCrashTests.AtCoordinator,
        ])));

    /// <summary>In the gate or by hand, with the queues emptied between death and birth, or as they were.</summary>
    [Fact]
    public void Every_point_has_a_row_in_which_both_are_killed() => Assert.Empty(All.Except(OfOthers).Except(PointsOf(
    [
        .. BothCrashTests.AtWorker, .. BothCrashTests.AtCoordinator, .. BothCrashTests.AtWorkerByHand, .. BothCrashTests.AtCoordinatorByHand,
        .. EmptiedTests.AtWorker, .. EmptiedTests.AtCoordinator, .. EmptiedTests.AtCoordinatorByHand, .. RepairCrashTests.BothAtCoordinatorByHand,
    ])));

    static IEnumerable<string> PointsOf(IEnumerable<string> rows) => rows.Select(row => row.Split('/', '#')[0]);
}
