using Headgate.Scheduler.Events.Runs;

namespace Headgate.UpstreamEvents.Tests;

public sealed class EventRunIdTests
{
    static readonly Guid Pipeline = new("0198a1b2-0000-7000-8000-000000000001");

    // Another one would start what is on its way during an update a second time.
    [Fact]
    public void Id_of_a_run_is_what_it_always_was() => Assert.Equal(new Guid("fb98246a-2437-83d9-bb55-3278a8ff183d"), EventRunId.Of(Pipeline, "e-1"));

    [Fact]
    public void Id_of_a_run_is_told_by_pipeline_and_event()
    {
        Assert.NotEqual(EventRunId.Of(Pipeline, "e-1"), EventRunId.Of(Pipeline, "e-2"));
        Assert.NotEqual(EventRunId.Of(Pipeline, "e-1"), EventRunId.Of(Guid.Empty, "e-1"));
        Assert.Equal(8, EventRunId.Of(Pipeline, "e-1").Version);
    }
}
