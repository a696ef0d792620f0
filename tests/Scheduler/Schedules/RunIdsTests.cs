using Headgate.Scheduler.Schedules;

namespace Headgate.Scheduler.Tests.Schedules;

/// <summary>Ids that two schedulers, and two versions of one, have to agree on: a change of them would start runs twice at an upgrade.</summary>
public sealed class RunIdsTests
{
    static readonly Guid Pipeline = new("0198a000-0000-7000-8000-000000000001");
    static readonly DateTimeOffset Due = new(2026, 3, 1, 17, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Id_of_a_run_is_that_of_its_pipeline_and_moment_for_ever() =>
        Assert.Equal(new Guid("cf1ed4c7-924a-80d7-84bc-0fbc1dd83af8"), RunIds.OfRun(Pipeline, Due));

    [Fact]
    public void Other_pipeline_moment_or_kind_is_another_id()
    {
        Guid[] ids =
        [
            RunIds.OfRun(Pipeline, Due), RunIds.OfRun(Pipeline, Due.AddTicks(10)), RunIds.OfRun(Guid.Empty, Due), RunIds.OfRecord(Pipeline, Due),
        ];

        Assert.Equal(4, ids.Distinct().Count());
        Assert.Equal(ids[0], RunIds.OfRun(Pipeline, Due.ToOffset(TimeSpan.FromHours(2))));
    }
}
