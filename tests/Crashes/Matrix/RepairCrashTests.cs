using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>A rollback killed between each two of its steps: it goes on by itself, and the tables are as they were before the job that it rolls back.</summary>
public sealed class RepairCrashTests(RepairCrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<RepairCrashTests.Fixture>
{
    internal static readonly string[] AtWorker = [FaultPoints.PlanStored, FaultPoints.BatchWritten, FaultPoints.BatchCommitted];

    internal static readonly string[] AtWorkerByHand =
    [
        FaultPoints.PlanMade, FaultPoints.SegmentRead, FaultPoints.SegmentPublished, FaultPoints.SegmentAdopted, FaultPoints.SchemaChanged,
        $"{FaultPoints.BatchCommitted}#3", $"{FaultPoints.StepAnswered}/Load#2",
    ];

    // The first one before the run is asked for: whoever called asks again with the same idempotency key.
    internal static readonly string[] AtCoordinator = [FaultPoints.SelectionKept, $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}"];

    internal static readonly string[] AtCoordinatorByHand =
    [
        FaultPoints.RunClaimed,
        $"{FaultPoints.ObligationSent}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(BeginJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(JobPrepared)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}",
        $"{FaultPoints.JobCommitted}/{nameof(FenceMoved)}",
        $"{FaultPoints.FenceMoved}/Close",
    ];

    // One of each, and both killed.
    internal static readonly string[] Both = [$"{FaultPoints.BatchCommitted}#2"];

    internal static readonly string[] BothAtCoordinatorByHand = [$"{FaultPoints.SelectionKept}#1"];

    public static TheoryData<string> WorkerPoints => [.. AtWorker];

    public static TheoryData<string> WorkerPointsByHand => [.. AtWorkerByHand];

    public static TheoryData<string> CoordinatorPoints => [.. AtCoordinator];

    public static TheoryData<string> CoordinatorPointsByHand => [.. AtCoordinatorByHand];

    public static TheoryData<string> BothPoints => [.. Both];

    public static TheoryData<string> BothPointsByHand => [.. BothAtCoordinatorByHand];

    public sealed class Fixture() : CrashFixture([.. AtWorker, .. AtWorkerByHand, .. AtCoordinator, .. AtCoordinatorByHand, .. Both, .. BothAtCoordinatorByHand]);

    [Theory]
    [MemberData(nameof(WorkerPoints))]
    public async Task Worker_killed(string point) => output.WriteLine(await fixture.Bench.RollBackAsync(point, Victim.Worker));

    [Theory]
    [MemberData(nameof(WorkerPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Worker_killed_in_between(string point) => output.WriteLine(await fixture.Bench.RollBackAsync(point, Victim.Worker));

    [Theory]
    [MemberData(nameof(CoordinatorPoints))]
    public async Task Coordinator_killed(string point) => output.WriteLine(await fixture.Bench.RollBackAsync(point, Victim.Coordinator));

    [Theory]
    [MemberData(nameof(CoordinatorPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Coordinator_killed_in_between(string point) => output.WriteLine(await fixture.Bench.RollBackAsync(point, Victim.Coordinator));

    [Theory]
    [MemberData(nameof(BothPoints))]
    public async Task Both_killed(string point) => output.WriteLine(await fixture.Bench.RollBackAsync(point, Victim.Worker, both: true));

    [Theory]
    [MemberData(nameof(BothPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Both_killed_where_the_coordinator_is(string point) => output.WriteLine(await fixture.Bench.RollBackAsync(point, Victim.Coordinator, both: true));
}
