using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>A resync killed between each two of its steps: it goes on by itself, its pipeline is Enabled, and every step is told as done.</summary>
public sealed class ResyncCrashTests(ResyncCrashTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<ResyncCrashTests.Fixture>
{
    // The active job is paused: the resync waits for it to be canceled.
    internal static readonly string[] Over =
    [
        $"{FaultPoints.ObligationDue}/{nameof(CancelJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(CancelJob)}",
    ];

    internal static readonly string[] OverByHand = [FaultPoints.RunClaimed, $"{FaultPoints.ObligationSent}/{nameof(CancelJob)}", $"{FaultPoints.JobCommitted}/{nameof(FenceMoved)}"];

    internal static readonly string[] AtWorker = [FaultPoints.PlanStored, FaultPoints.SchemaChanged];

    internal static readonly string[] AtWorkerByHand = [FaultPoints.PlanMade, FaultPoints.SchemaUnchanged, $"{FaultPoints.BatchCommitted}#2"];

    internal static readonly string[] AtCoordinator = [$"{FaultPoints.JobCommitted}/{nameof(JobVerified)}"];

    internal static readonly string[] AtCoordinatorByHand =
    [
        $"{FaultPoints.ObligationSent}/{nameof(AcceptJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(BeginJob)}",
        $"{FaultPoints.JobCommitted}/{nameof(JobPrepared)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentExtracted)}#4",
        $"{FaultPoints.FenceMoved}/Open",
        $"{FaultPoints.JobCommitted}/{nameof(SchemaChangesApplied)}",
        $"{FaultPoints.JobCommitted}/{nameof(SegmentLoaded)}#4",
        $"{FaultPoints.FenceMoved}/Close",
        FaultPoints.JobCompared,
        $"{FaultPoints.ObligationSent}/{nameof(JobCompleted)}",
    ];

    // After the last batch: rows that are gone are deleted, or the tables that were loaded beside the old ones take their place.
    internal static readonly string[] FinishingAtWorker =
    [
        $"{FaultPoints.BatchCommitted}/{nameof(JobStep.Finish)}+drop", $"{FaultPoints.BatchCommitted}/{nameof(JobStep.Finish)}+delete",
    ];

    internal static readonly string[] FinishingAtWorkerByHand =
    [
        $"{FaultPoints.BatchNotBegun}/{nameof(JobStep.Finish)}+drop",
        $"{FaultPoints.StepAnswered}/{nameof(JobStep.Finish)}+drop",
        $"{FaultPoints.StepAnswered}/{nameof(JobStep.Finish)}+delete",
    ];

    internal static readonly string[] FinishingAtCoordinator = [$"{FaultPoints.JobCommitted}/{nameof(ObjectsFinished)}+drop"];

    internal static readonly string[] FinishingAtCoordinatorByHand = [$"{FaultPoints.JobCommitted}/{nameof(ObjectsFinished)}+delete"];

    static readonly string[] Finishing = [.. FinishingAtWorker, .. FinishingAtWorkerByHand, .. FinishingAtCoordinator, .. FinishingAtCoordinatorByHand];

    public static TheoryData<string> WorkerFinishes => [.. FinishingAtWorker];

    public static TheoryData<string> WorkerFinishesByHand => [.. FinishingAtWorkerByHand];

    public static TheoryData<string> CoordinatorFinishes => [.. FinishingAtCoordinator];

    public static TheoryData<string> CoordinatorFinishesByHand => [.. FinishingAtCoordinatorByHand];

    public static TheoryData<string> OverPoints => [.. Over];

    public static TheoryData<string> OverPointsByHand => [.. OverByHand];

    public static TheoryData<string> WorkerPoints => [.. AtWorker];

    public static TheoryData<string> WorkerPointsByHand => [.. AtWorkerByHand];

    public static TheoryData<string> CoordinatorPoints => [.. AtCoordinator];

    public static TheoryData<string> CoordinatorPointsByHand => [.. AtCoordinatorByHand];

    public sealed class Fixture() : CrashFixture([.. Over, .. OverByHand, .. AtWorker, .. AtWorkerByHand, .. AtCoordinator, .. AtCoordinatorByHand, .. Finishing]);

    [Theory]
    [MemberData(nameof(OverPoints))]
    public async Task Coordinator_killed_while_the_active_job_is_ended(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, resync: true, over: true));

    [Theory]
    [MemberData(nameof(OverPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Coordinator_killed_around_the_end_of_the_active_job(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, resync: true, over: true));

    [Theory]
    [MemberData(nameof(WorkerPoints))]
    public async Task Worker_killed(string point) => output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, resync: true));

    [Theory]
    [MemberData(nameof(WorkerPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Worker_killed_in_between(string point) => output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, resync: true));

    [Theory]
    [MemberData(nameof(CoordinatorPoints))]
    public async Task Coordinator_killed(string point) => output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, resync: true));

    [Theory]
    [MemberData(nameof(WorkerFinishes))]
    public async Task Worker_killed_after_the_last_batch(string row) => output.WriteLine(await fixture.Bench.FinishAsync(row, Victim.Worker));

    [Theory]
    [MemberData(nameof(WorkerFinishesByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Worker_killed_around_the_last_step(string row) => output.WriteLine(await fixture.Bench.FinishAsync(row, Victim.Worker));

    [Theory]
    [MemberData(nameof(CoordinatorFinishes))]
    public async Task Coordinator_killed_after_the_last_step(string row) => output.WriteLine(await fixture.Bench.FinishAsync(row, Victim.Coordinator));

    [Theory]
    [MemberData(nameof(CoordinatorFinishesByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Coordinator_killed_after_what_has_vanished(string row) => output.WriteLine(await fixture.Bench.FinishAsync(row, Victim.Coordinator));

    [Theory]
    [MemberData(nameof(CoordinatorPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Coordinator_killed_in_between(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, resync: true));
}
