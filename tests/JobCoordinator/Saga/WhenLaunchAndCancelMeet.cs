using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Npgsql;
using StopKind = Headgate.V1.StopKind;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>
/// The word to launch, which mints the Request ID, and a cancel at the same time: the row of the job decides, and whoever has it first. Both
/// wait for it here, in a known order.
/// </summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenLaunchAndCancelMeet(SagaBench bench)
{
    [Theory]
    [InlineData(CancelMode.Graceful)]
    [InlineData(CancelMode.Force)]
    public async Task A_cancel_that_comes_first_is_an_extraction_cancel_and_nothing_is_launched(CancelMode mode)
    {
        var job = await StagedAsync();
        var (cancel, judge) = (Cancel(job, mode), await JudgeAsync(job));
        await BothAsync(job, cancel, judge);
        await bench.HandleAsync(judge);
        await job.ConfirmStopAsync(written: 0);

        var row = await job.RowAsync();
        Assert.Equal(("Canceled", null, null), (row.CurrentState, row.RequestId, row.LaunchedAt));
        Assert.Equal((1, 0), (await job.TimesOwedAsync(nameof(ExtractionCanceled)), await job.TimesOwedAsync(nameof(JobCanceled))));
        Assert.Equal(StopKind.Extraction, Assert.Single(await job.StopsAsync()).Kind);
        Assert.DoesNotContain(job.Sent<Contracts.Fencing.MoveFence>(), move => move.Open);
    }

    [Fact]
    public async Task A_force_cancel_that_comes_second_is_a_launched_one()
    {
        var job = await StagedAsync();
        var (cancel, judge) = (Cancel(job, CancelMode.Force), await JudgeAsync(job));
        await BothAsync(job, judge, cancel);
        await bench.HandleAsync(judge);
        await job.ConfirmStopAsync(written: 0);

        var row = await job.RowAsync();
        Assert.Equal("Canceled", row.CurrentState);
        Assert.NotNull(row.RequestId);
        Assert.Equal((0, 1), (await job.TimesOwedAsync(nameof(ExtractionCanceled)), await job.TimesOwedAsync(nameof(JobCanceled))));
        var stop = Assert.Single(await job.StopsAsync());
        Assert.Equal((StopKind.Launched, row.RequestId), (stop.Kind, stop.RequestId));
    }

    [Fact]
    public async Task A_graceful_cancel_that_comes_second_is_refused_until_paused()
    {
        var job = await StagedAsync();
        await BothAsync(job, await JudgeAsync(job), Cancel(job, CancelMode.Graceful));
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        var answer = await bench.ReadAsync(db => Task.FromResult(db.JobCommands.Single(command => command.JobId == job.Id)));
        Assert.Equal((CommandOutcome.Refused, CommandRule.PauseFirst), (answer.Outcome, answer.Rule));
        Assert.Empty(await job.StopsAsync());
    }

    async Task<SagaJob> StagedAsync() => await (await (await bench.AcceptAsync()).InAsync("Initializing")).StagedAsync();

    static CancelJob Cancel(SagaJob job, CancelMode mode) => new() { JobId = job.Id, Actor = "tester", Mode = mode };

    static async Task<JudgeJob> JudgeAsync(SagaJob job) => new() { JobId = job.Id, Epoch = await job.EpochAsync() };

    // Sessions get a row's lock in the order in which they came for it.
    async Task BothAsync<TFirst, TSecond>(SagaJob job, TFirst first, TSecond second)
        where TFirst : class
        where TSecond : class
    {
        Task handled;
        await using (var held = await bench.LockAsync($"select from coordinator.sync_job where job_id = '{job.Id}' for update"))
        {
            var one = bench.HandleAsync(first);
            await bench.WaitingForLocksAsync(1);
            var two = bench.HandleAsync(second);
            await bench.WaitingForLocksAsync(2);
            handled = Task.WhenAll(one, two);
            await using var release = new NpgsqlCommand("rollback", held);
            await release.ExecuteNonQueryAsync();
        }

        await handled;
    }
}
