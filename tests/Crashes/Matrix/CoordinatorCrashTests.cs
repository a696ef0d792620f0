using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>The coordinator killed between each two steps of its own: after every commit of a job, around the fence, while completing.</summary>
public sealed class CoordinatorCrashTests(CoordinatorCrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<CoordinatorCrashTests.Fixture>
{
    internal static readonly string[] Rows =
    [
        $"{FaultPoints.FenceNotMoved}/Open",
        $"{FaultPoints.JobCommitted}/{nameof(FenceMoved)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}",
        $"{FaultPoints.FenceMoved}/Close",
        $"{FaultPoints.ObligationSent}/{nameof(JobCompleted)}",
    ];

    // In between. A segment that was extracted and one that was loaded are the same step: a commit of the job, and what follows from it not
    // sent yet. At the three others that come first both are killed and the queues emptied in the gate.
    internal static readonly string[] RowsByHand =
    [
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}#2",
        $"{FaultPoints.FenceMoved}/Open",
        $"{FaultPoints.FenceNotMoved}/Close",
        FaultPoints.JobCompared,
        $"{FaultPoints.JobCommitted}/{nameof(JobVerified)}",
        $"{FaultPoints.JobCommitted}/{nameof(SchemaChangesApplied)}",
        $"{FaultPoints.JobCommitted}/{nameof(JobPrepared)}",
        FaultPoints.RunClaimed,
        $"{FaultPoints.ObligationSent}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(BeginJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(FenceMoved)}#2",
        $"{FaultPoints.ObligationDue}/{nameof(JobCompleted)}",
        $"{FaultPoints.ObligationSent}/{nameof(ReleaseJob)}",
        $"{FaultPoints.ObligationDue}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}#4",
        $"{FaultPoints.JobCommitted}/{nameof(JudgeJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}#4",
    ];

    public static TheoryData<string> Points => [.. Rows];

    public static TheoryData<string> PointsByHand => [.. RowsByHand];

    public sealed class Fixture() : CrashFixture([.. Rows, .. RowsByHand]);

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Coordinator_killed(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator));

    [Theory]
    [MemberData(nameof(PointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Coordinator_killed_in_between(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator));
}
