using Headgate.Contracts.Runs;
using Headgate.Scheduler.Tests.Running;

namespace Headgate.Scheduler.Tests.Schedules;

/// <summary>A run that another version has written down, in words that this one does not know.</summary>
public sealed class UnreadableRunTests : IAsyncLifetime
{
    SchedulerBench _bench = null!;

    public async Task InitializeAsync() => _bench = await SchedulerBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"runId": "00000000-0000-0000-0000-000000000001", "project": "test", "pipeline": "p", "trigger": "FullMoon", "actor": "headgate"}""")]
    public async Task Run_that_cannot_be_read_keeps_no_other_of_its_alarm_waiting(string body)
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        await WriteAsync(rule.PipelineId, body, tries: 0);
        _bench.Clock.Now = SchedulerBench.Start.AddMinutes(10);

        await _bench.LookAsync();

        Assert.Equal(TriggerKind.Schedule, Assert.Single(_bench.Lanes.Started).Trigger);
        Assert.Equal(_bench.Clock.Now.AddMinutes(1), await WaitsUntilAsync());
    }

    [Fact]
    public async Task Run_that_cannot_be_read_keeps_no_other_from_being_confirmed()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Clock.Now = SchedulerBench.Start.AddMinutes(10);
        await _bench.LookAsync();
        await WriteAsync(rule.PipelineId, "{}", tries: 1);
        _bench.Clock.Now += TimeSpan.FromMinutes(6);

        Assert.Equal(_bench.Lanes.Started.Single().RunId, Assert.Single(await _bench.Messages.TakeSentAsync(500, default)).Id);
        Assert.Equal(_bench.Clock.Now.AddMinutes(1), await WaitsUntilAsync());
    }

    Task WriteAsync(Guid pipeline, string body, int tries) => _bench.Database.ExecuteAsync(
        $"""
         insert into scheduler.due_run (run_id, pipeline_id, body, is_record, tries, not_before)
         values ('00000000-0000-0000-0000-000000000001', '{pipeline}', '{body}', false, {tries}, '{SchedulerBench.Start:O}')
         """);

    Task<DateTimeOffset> WaitsUntilAsync() =>
        _bench.Database.ScalarAsync<DateTimeOffset>("select not_before from scheduler.due_run where run_id = '00000000-0000-0000-0000-000000000001'");
}
