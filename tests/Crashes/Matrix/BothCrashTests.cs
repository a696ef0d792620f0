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
        FaultPoints.SegmentPublished,
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
        $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}#3",
        $"{FaultPoints.FenceMoved}/Close",
        $"{FaultPoints.ObligationDue}/{nameof(JobCompleted)}",
    ];

    // Where the gate empties the queues as well.
    static readonly string[] AlsoAtWorker = [FaultPoints.PlanStored, $"{FaultPoints.SegmentAdopted}#4"];

    static readonly string[] AlsoAtCoordinator =
    [
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}#4",
        $"{FaultPoints.FenceMoved}/Open",
        FaultPoints.JobCompared,
    ];

    public static TheoryData<string> WorkerPoints => [.. AtWorker];

    public static TheoryData<string> CoordinatorPoints => [.. AtCoordinator];

    public static TheoryData<string> AlsoWorkerPoints => [.. AlsoAtWorker];

    public static TheoryData<string> AlsoCoordinatorPoints => [.. AlsoAtCoordinator];

    public sealed class Fixture() : CrashFixture([.. AtWorker, .. AtCoordinator, .. AlsoAtWorker, .. AlsoAtCoordinator]);

    [Theory]
    [MemberData(nameof(WorkerPoints))]
    public async Task Both_killed_where_the_worker_is(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true));

    [Theory]
    [MemberData(nameof(CoordinatorPoints))]
    public async Task Both_killed_where_the_coordinator_is(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true));

    [Theory]
    [MemberData(nameof(AlsoWorkerPoints))]
    [Trait("Gate", "ByHand")]
    public async Task Both_killed_where_the_worker_is_and_the_queues_as_they_were(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true));

    [Theory]
    [MemberData(nameof(AlsoCoordinatorPoints))]
    [Trait("Gate", "ByHand")]
    public async Task Both_killed_where_the_coordinator_is_and_the_queues_as_they_were(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true));
}
