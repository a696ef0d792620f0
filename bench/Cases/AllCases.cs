namespace Headgate.Bench.Cases;

/// <summary>Every case, in the order in which they run.</summary>
static class AllCases
{
    public static IReadOnlyList<IBenchCase> InOrder { get; } =
    [
        new FirstLoad(), new FirstLoadLog(), new UpdateAll(), new Rollback(), new Diff(), new NoOp(), new Incremental(), new Objects(), new Wide(), new Stop("stop", 1), new Signals(), new Calls(),
        new Lists(), new Schedules(), new Events(), new Scale(), new Stop("stop-large", 10),
    ];

    /// <summary>Cases that take long run only when they are asked for by name.</summary>
    public static IReadOnlyList<string> Usual { get; } = [.. InOrder.Select(c => c.Name).Where(name => name is not ("scale" or "stop-large"))];
}
