using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>The worker killed between each two steps of its own.</summary>
public sealed class WorkerCrashTests(WorkerCrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<WorkerCrashTests.Fixture>
{
    // The job has 1 preparation, 4 segments to read, 1 schema change, and 4 segments to write, in 5 batches.
    internal static readonly string[] Rows =
    [
        FaultPoints.PlanMade,
        FaultPoints.PlanStored,
        $"{FaultPoints.StepAnswered}/Prepare",
        FaultPoints.SegmentRead,
        FaultPoints.SegmentPublished,
        $"{FaultPoints.SegmentPublished}#4",
        FaultPoints.SegmentAdopted,
        $"{FaultPoints.SegmentAdopted}#4",
        $"{FaultPoints.StepAnswered}/Extract#3",
        FaultPoints.SchemaUnchanged,
        FaultPoints.SchemaChanged,
        $"{FaultPoints.StepAnswered}/ApplySchema",
        FaultPoints.BatchNotBegun,
        FaultPoints.BatchWritten,
        $"{FaultPoints.BatchWritten}#4",
        FaultPoints.BatchCommitted,
        $"{FaultPoints.BatchCommitted}#5",
        $"{FaultPoints.StepAnswered}/Load#2",
        $"{FaultPoints.StepAnswered}/Load#4",
        FaultPoints.ReleaseForgotten,
    ];

    public static TheoryData<string> Points => [.. Rows];

    public sealed class Fixture() : CrashFixture(Rows);

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Worker_killed(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker));
}
