using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>The worker killed between each two steps of its own.</summary>
public sealed class WorkerCrashTests(WorkerCrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<WorkerCrashTests.Fixture>
{
    // The job has 1 preparation, 4 segments to read, 1 schema change, and 4 segments to write, in 5 batches.
    internal static readonly string[] Rows =
    [
        FaultPoints.SegmentPublished,
        FaultPoints.SegmentAdopted,
        FaultPoints.BatchWritten,
        FaultPoints.BatchCommitted,
    ];

    // In between, where both are killed in the gate as well, and the same steps for the last time, when nothing comes after them. What was
    // read and not published is nothing yet, as what is not begun: the message comes again, as after SegmentPublished. Where a release is
    // forgotten, and a segment read, both are killed and the queues emptied in the gate: nobody brings the message again there.
    internal static readonly string[] RowsByHand =
    [
        FaultPoints.SegmentRead,
        FaultPoints.BatchNotBegun,
        FaultPoints.ReleaseForgotten,
        FaultPoints.PlanStored,
        FaultPoints.SchemaChanged,
        $"{FaultPoints.StepAnswered}/ApplySchema",
        $"{FaultPoints.StepAnswered}/Load#2",
        FaultPoints.PlanMade,
        $"{FaultPoints.StepAnswered}/Prepare",
        $"{FaultPoints.StepAnswered}/Extract#3",
        FaultPoints.SchemaUnchanged,
        $"{FaultPoints.SegmentPublished}#4",
        $"{FaultPoints.SegmentAdopted}#4",
        $"{FaultPoints.BatchWritten}#4",
        $"{FaultPoints.BatchCommitted}#5",
        $"{FaultPoints.StepAnswered}/Load#4",
    ];

    public static TheoryData<string> Points => [.. Rows];

    public static TheoryData<string> PointsByHand => [.. RowsByHand];

    public sealed class Fixture() : CrashFixture([.. Rows, .. RowsByHand]);

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Worker_killed(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker));

    [Theory]
    [MemberData(nameof(PointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Worker_killed_in_between(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker));
}
