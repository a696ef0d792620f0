using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>A destination that is out of reach while a job is being stopped.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenStopsCannotBeConfirmed(SagaBench bench)
{
    [Theory]
    [InlineData("Pausing", "Paused")]
    [InlineData("Canceling", "Canceled")]
    public async Task It_is_told_once_tried_again_and_confirms_by_itself(string state, string after)
    {
        var job = await (await bench.AcceptAsync(notify: new NotifyDefinition { Email = "ops@example.com" })).InAsync(state);
        await job.DelayFenceAsync("The destination does not answer.", isUnreachable: true);
        await job.DelayFenceAsync("The destination does not answer.", isUnreachable: true);
        var row = await job.RowAsync();
        Assert.Equal((state, "Stop unconfirmed: The destination does not answer."), (row.CurrentState, row.WaitingFor));
        Assert.True(await job.WakesInAsync() < TimeSpan.FromSeconds(10));
        Assert.Equal(1, await job.TimesOwedAsync(nameof(StopUnconfirmed)));
        Assert.Equal((state, "tester", row.WaitingFor), (await ToldAsync(job, "state"), await ToldAsync(job, "actor"), await ToldAsync(job, "waiting")));
        Assert.Contains("ops@example.com", await ToldAsync(job, "notify"), StringComparison.Ordinal);
        await job.ConfirmStopAsync();
        row = await job.RowAsync();
        Assert.Equal((after, null, null), (row.CurrentState, row.WaitingFor, row.StopDoubtedAt));
    }

    [Fact]
    public async Task A_lock_that_is_held_is_no_reason_to_doubt_the_stop()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.DelayFenceAsync("Backend 7 holds the lock.");
        Assert.Equal(("Backend 7 holds the lock.", 0), ((await job.RowAsync()).WaitingFor, await job.TimesOwedAsync(nameof(StopUnconfirmed))));
    }

    [Fact]
    public async Task The_next_stop_is_told_of_anew()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.DelayFenceAsync("It is away.", isUnreachable: true);
        await job.ConfirmStopAsync();
        await job.CancelAsync();
        await job.DelayFenceAsync("It is away.", isUnreachable: true);
        Assert.Equal(2, await job.TimesOwedAsync(nameof(StopUnconfirmed)));
    }

    [Fact]
    public async Task A_pause_in_doubt_that_is_canceled_by_force_is_the_same_stop_and_told_of_once()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.DelayFenceAsync("It is away.", isUnreachable: true);
        await job.CancelAsync(CancelMode.Force);
        await job.DelayFenceAsync("It is away.", isUnreachable: true);
        Assert.Equal((1, "Canceling"), (await job.TimesOwedAsync(nameof(StopUnconfirmed)), (await job.RowAsync()).CurrentState));
    }

    static Task<string?> ToldAsync(SagaJob job, string member) => job.OwedAsync(nameof(StopUnconfirmed), member);
}
