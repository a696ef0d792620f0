using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>One halts at its point, and both are killed: what the broker holds and what the databases hold is all there is.</summary>
public sealed class BothCrashTests(BothCrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<BothCrashTests.Fixture>
{
    internal static readonly string[] AtWorker =
    [
        FaultPoints.PlanMade,
        FaultPoints.PlanStored,
        FaultPoints.SegmentPublished,
        $"{FaultPoints.SegmentAdopted}#4",
        FaultPoints.SchemaUnchanged,
        FaultPoints.SchemaChanged,
        FaultPoints.BatchNotBegun,
        $"{FaultPoints.BatchWritten}#2",
        $"{FaultPoints.BatchCommitted}#2",
        $"{FaultPoints.StepAnswered}/Load#2",
    ];

    internal static readonly string[] AtCoordinator =
    [
        FaultPoints.RunClaimed,
        $"{FaultPoints.ObligationSent}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(JobPrepared)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}#4",
        $"{FaultPoints.FenceMoved}/Open",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}#3",
        $"{FaultPoints.FenceMoved}/Close",
        FaultPoints.JobCompared,
        $"{FaultPoints.ObligationDue}/{nameof(JobCompleted)}",
    ];

    public static TheoryData<string> WorkerPoints => [.. AtWorker];

    public static TheoryData<string> CoordinatorPoints => [.. AtCoordinator];

    public sealed class Fixture() : CrashFixture([.. AtWorker, .. AtCoordinator]);

    [Theory]
    [MemberData(nameof(WorkerPoints))]
    public async Task Both_killed_where_the_worker_is(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true));

    [Theory]
    [MemberData(nameof(CoordinatorPoints))]
    public async Task Both_killed_where_the_coordinator_is(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true));
}
