using Headgate.Hosting.Faults;
using Xunit.Abstractions;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>Killed in the middle of something, and every queue emptied before they start again: the databases are all there is.</summary>
public sealed class EmptiedTests(EmptiedTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<EmptiedTests.Fixture>
{
    internal static readonly string[] AtWorker = [FaultPoints.SegmentRead, $"{FaultPoints.SegmentAdopted}#3", FaultPoints.ReleaseForgotten];

    internal static readonly string[] AtCoordinator =
    [
        $"{FaultPoints.FenceMoved}/Open",
        $"{FaultPoints.FenceNotMoved}/Close",
        FaultPoints.JobCompared,
    ];

    internal static readonly string[] AtWorkerByHand = [FaultPoints.PlanStored];

    internal static readonly string[] AtCoordinatorByHand = [$"{FaultPoints.FenceNotMoved}/Open", $"{FaultPoints.FenceMoved}/Close"];

    public static TheoryData<string> WorkerPoints => [.. AtWorker];

    public static TheoryData<string> CoordinatorPoints => [.. AtCoordinator];

    public static TheoryData<string> WorkerPointsByHand => [.. AtWorkerByHand];

    public static TheoryData<string> CoordinatorPointsByHand => [.. AtCoordinatorByHand];

    public sealed class Fixture() : CrashFixture([.. AtWorker, .. AtCoordinator, .. AtWorkerByHand, .. AtCoordinatorByHand]);

    [Theory]
    [MemberData(nameof(WorkerPoints))]
    public async Task Every_queue_emptied_with_the_worker_halted(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true, empty: true));

    [Theory]
    [MemberData(nameof(CoordinatorPoints))]
    public async Task Every_queue_emptied_while_the_coordinator_moves_a_fence(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true, empty: true));

    [Theory]
    [MemberData(nameof(WorkerPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Every_queue_emptied_with_the_worker_halted_in_between(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Worker, both: true, empty: true));

    [Theory]
    [MemberData(nameof(CoordinatorPointsByHand))]
    [Trait("Gate", "ByHand")]
    public async Task Every_queue_emptied_while_the_coordinator_moves_the_other_fence(string point) =>
        output.WriteLine(await fixture.Bench.CrashAsync(point, Victim.Coordinator, both: true, empty: true));
}
