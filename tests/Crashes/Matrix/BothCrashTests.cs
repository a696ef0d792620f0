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
        FaultPoints.SchemaChanged,
        $"{FaultPoints.BatchCommitted}#2",
        $"{FaultPoints.StepAnswered}/Load#2",
    ];

    internal static readonly string[] AtCoordinator =
    [
        $"{FaultPoints.ObligationSent}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}#3",
        $"{FaultPoints.ObligationDue}/{nameof(JobCompleted)}",
    ];

    // Where the gate empties the queues as well or kills the worker alone, and in between.
    internal static readonly string[] AtWorkerByHand =
    [
        FaultPoints.PlanStored,
        FaultPoints.SegmentPublished,
        $"{FaultPoints.SegmentAdopted}#4",
        FaultPoints.SchemaUnchanged,
        FaultPoints.BatchNotBegun,
        $"{FaultPoints.BatchWritten}#2",
    ];

    internal static readonly string[] AtCoordinatorByHand =
    [
        FaultPoints.RunClaimed,
        $"{FaultPoints.JobCommitted}/{nameof(JobPrepared)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}#4",
        $"{FaultPoints.FenceMoved}/Open",
        $"{FaultPoints.FenceMoved}/Close",
        FaultPoints.JobCompared,
    ];

    public static TheoryData<string> WorkerPoints => [.. AtWorker];

    public static TheoryData<string> CoordinatorPoints => [.. AtCoordinator];

    public static TheoryData<string> WorkerPointsByHand => [.. AtWorkerByHand];

    public static TheoryData<string> CoordinatorPointsByHand => [.. AtCoordinatorByHand];

    public sealed class Fixture() : CrashFixture([.. AtWorker, .. AtCoordinator, .. AtWorkerByHand, .. AtCoordinatorByHand]);

    [Theory]
    [MemberData(nameof(WorkerPoints))]
    public async Task Both_killed_where_the_worker_is(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true));

    [Theory]
    [MemberData(nameof(CoordinatorPoints))]
    public async Task Both_killed_where_the_coordinator_is(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true));

    [Theory]
    [MemberData(nameof(WorkerPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Both_killed_where_the_worker_is_in_between(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true));

    [Theory]
    [MemberData(nameof(CoordinatorPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Both_killed_where_the_coordinator_is_in_between(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true));
}
