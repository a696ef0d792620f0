using System.Diagnostics.Metrics;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;
using StopKind = Headgate.V1.StopKind;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>One row a stop: from when, until when, and what it was.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenStopsAreMeasured(SagaBench bench)
{
    static readonly DateTimeOffset Asked = TimeProvider.System.GetUtcNow().AddMinutes(-5);

    [Fact]
    public async Task A_pause_is_measured_from_when_the_call_came()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.AskAsync(new PauseJob { JobId = job.Id, Actor = "tester", Reason = "to look", AskedAt = Asked });
        var open = Assert.Single(await job.StopsAsync());
        Assert.Equal(("Processing", JobPhase.Loading, StopIntent.Pause, null, null), (open.State, open.Phase, open.Intent, open.Kind, open.ConfirmedAt));
        await job.ConfirmStopAsync();
        var (stop, row) = (Assert.Single(await job.StopsAsync()), await job.RowAsync());
        Assert.Equal((row.StopRequestedAt, row.StopConfirmedAt, row.Epoch), (stop.RequestedAt, stop.ConfirmedAt, stop.Epoch));
        Assert.Equal(0, (stop.RequestedAt - Asked).TotalMilliseconds, 1.0);
        Assert.Equal(("tester", "to look", CancelMode.Graceful, StopCause.Command, false), (stop.Actor, stop.Reason, stop.Mode, stop.Cause, stop.AtOnce));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_and_a_discard_are_measured_from_when_the_call_came_too(bool isDiscard)
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        if (isDiscard) await bench.AskAsync(new DiscardJob { JobId = job.Id, Actor = "tester", AskedAt = Asked });
        else await bench.AskAsync(new CancelJob { JobId = job.Id, Actor = "tester", Mode = CancelMode.Force, AskedAt = Asked });
        Assert.Equal(0, (Assert.Single(await job.StopsAsync()).RequestedAt - Asked).TotalMilliseconds, 1.0);
    }

    [Fact]
    public async Task A_clock_that_runs_ahead_does_not_put_a_request_off()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.AskAsync(new PauseJob { JobId = job.Id, Actor = "tester", AskedAt = TimeProvider.System.GetUtcNow().AddHours(1) });
        Assert.True((await job.RowAsync()).StopRequestedAt <= TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_pause_that_turns_into_a_cancel_is_one_stop_measured_from_the_pause()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await bench.AskAsync(new PauseJob { JobId = job.Id, Actor = "tester", AskedAt = Asked });
        await job.CancelAsync();
        await job.ConfirmStopAsync();
        Assert.Null(Assert.Single(await job.StopsAsync()).ConfirmedAt);
        await job.ConfirmStopAsync();
        var stop = Assert.Single(await job.StopsAsync());
        Assert.Equal((StopIntent.Cancel, StopKind.Launched, "wrong mapping", await job.EpochAsync()), (stop.Intent, stop.Kind, stop.Reason, stop.Epoch));
        Assert.Equal(0, (stop.RequestedAt - Asked).TotalMilliseconds, 1.0);
        Assert.NotNull(stop.ConfirmedAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Force_is_measured_from_when_it_was_asked_for_and_keeps_the_first_request(bool byItself)
    {
        var job = await (await bench.AcceptAsync(cancel: new CancelDefinition { Escalate = byItself })).InAsync("Processing");
        await bench.AskAsync(new PauseJob { JobId = job.Id, Actor = "tester", AskedAt = Asked });
        if (byItself) await job.PassDeadlineAsync();
        else await job.CancelAsync(CancelMode.Force);
        await job.ConfirmStopAsync();
        var stop = Assert.Single(await job.StopsAsync());
        Assert.Equal((CancelMode.Force, byItself ? StopCause.Deadline : StopCause.Command), (stop.Mode, stop.Cause));
        Assert.Equal(0, (stop.FirstRequestedAt - Asked).TotalMilliseconds, 1.0);
        Assert.True(stop.RequestedAt > Asked.AddMinutes(4), "Force was measured from the graceful request.");
        Assert.True(await job.ValueAsync<bool>($"""select escalated as "Value" from coordinator.job_stop where job_id = {job.Id}"""));
    }

    [Fact]
    public async Task A_stop_of_a_job_with_nothing_in_flight_is_recorded_and_not_measured()
    {
        var job = await bench.AcceptAsync();
        await job.CancelAsync();
        var stop = Assert.Single(await job.StopsAsync());
        Assert.Equal((true, StopKind.Extraction, "Pending"), (stop.AtOnce, stop.Kind, stop.State));
        Assert.NotNull(stop.ConfirmedAt);
    }

    [Theory]
    [InlineData("Initializing", JobStep.Extract, true)]
    [InlineData("Processing", JobStep.Load, false)]
    public async Task A_failure_is_a_stop_too(string state, JobStep step, bool atOnce)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.BreakAsync(step, retryable: false);
        var stop = Assert.Single(await job.StopsAsync());
        Assert.Equal((StopIntent.Fail, StopCause.Error, "headgate", atOnce), (stop.Intent, stop.Cause, stop.Actor, stop.AtOnce));
    }

    [Fact]
    public async Task An_abandoned_stop_stays_open_until_its_fence_was_moved_after_all()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Canceling");
        await job.AbandonAsync();
        Assert.Null(Assert.Single(await job.StopsAsync()).ConfirmedAt);
        await job.ConfirmStopAsync();
        Assert.NotNull(Assert.Single(await job.StopsAsync()).ConfirmedAt);
    }

    [Fact]
    public async Task Each_stop_of_a_job_has_a_row_of_its_own()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.CancelAsync();
        await job.ConfirmStopAsync();
        Assert.Equal([("Processing", StopIntent.Pause), ("Paused", StopIntent.Cancel)], (await job.StopsAsync()).Select(stop => (stop.State, stop.Intent)));
    }

    [Fact]
    public void The_metric_has_the_buckets_of_the_calls()
    {
        IReadOnlyList<double>? bounds = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument is Histogram<double> { Name: "headgate.stop.duration" } stops) bounds = stops.Advice?.HistogramBucketBoundaries;
            },
        };
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(JobTelemetry).TypeHandle);
        listener.Start();
        Assert.Equal(StopTimes.Bounds, bounds);
    }
}
