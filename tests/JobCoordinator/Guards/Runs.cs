using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Tests.Guards;

/// <summary>Histories for judges, with usual values.</summary>
static class Runs
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Runs of which the last ended a quarter of an hour ago, and each of the others as long before the next.</summary>
    public static RunHistory Each15Minutes(params long[] latestFirst) =>
        new(latestFirst, [.. latestFirst.Select((_, at) => Now - (TimeSpan.FromMinutes(15) * (at + 1)))], [], []);

    public static ObjectRead Read(bool full = true, RunHistory? fulls = null, RunHistory? parts = null) => new()
    {
        ObjectNo = 0,
        Object = "public.contacts",
        Full = full,
        HasOffset = true,
        History = new ObjectHistory(fulls ?? RunHistory.None, parts ?? RunHistory.None),
    };
}
