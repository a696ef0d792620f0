using System.Diagnostics;
using Headgate.Crashes.Tests.Checking;
using Headgate.Crashes.Tests.Rounds;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>One round: a random pipeline, a run, one stop at random with or without a fault, and a judgement of what came after.</summary>
sealed class StopRound(StopFixture fixture, long seed)
{
    readonly StopPlan _plan = StopPlan.Of(seed);
    readonly StopScene _scene = new(fixture.Headgate, Draws.From(seed, 2), seed, StopPlan.Of(seed).HasBatchInHand);

    public RoundLog Log { get; } = new();

    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        var mischief = new StopMischief(fixture, _plan, Draws.From(seed, 3), Log.Note);
        // A round before this one may have broken off.
        await mischief.LetGoAsync();
        await fixture.Tap.EmptyAsync();
        var runs = await _scene.SetAsync();
        var (state, destination) = (fixture.Headgate.State.DataSource, fixture.Headgate.Destination.DataSource);
        var stops = await StopChecker.BeginAsync(state, destination, fixture.Mailbox);
        var job = await fixture.Bus.SendRunAsync(_scene.Pipeline);
        var inHand = _plan.HasBatchInHand ? ", with a batch in hand" : "";
        Log.Note($"run {job}: {_plan.Mode} in {_plan.Phase} after {_plan.Delay.TotalMilliseconds} ms, {_plan.Fault}{inHand}");
        var (progress, people) = (new StopProgress(fixture.Headgate, job), new StopOperator(fixture, job, Log.Note));

        await progress.ReachedAsync(_plan.Phase);
        await Task.Delay(_plan.Delay);
        await mischief.BeforeAsync(progress);
        Log.Note($"the job is {await progress.WhereAsync()}");
        var seen = await StopAsync(progress.SeenAsync(stops), people, mischief);
        Log.Note($"{seen.State} was shown at {seen.ShownAt:HH:mm:ss.ffffff}");
        var (goesOn, stands) = (_plan.Mode is StopMode.PauseAndResume or StopMode.PauseAndRestart, seen.State is "Paused" or "Failed");
        if (stands && !goesOn) await people.CancelPausedAsync();
        await mischief.AfterAsync();
        await ChanceAsync(job);
        List<Finding> findings = [.. await stops.JudgeAsync(seen)];
        Log.Note("everybody had a chance to write");

        if (stands && goesOn) await people.CompleteAsync(anew: _plan.Mode == StopMode.PauseAndRestart);
        await fixture.Headgate.QuietAsync(job);
        findings.AddRange(await runs.JudgeAsync());
        findings.AddRange(await stops.JudgeEndAsync(job));
        await _scene.DropAsync();
        Log.Note($"the job is {await progress.WhereAsync()}");
        return findings;
    }

    async Task<SeenStop> StopAsync(Task<SeenStop> seen, StopOperator people, StopMischief mischief)
    {
        var stopped = Task.WhenAll(people.StopAsync(_plan.Mode), mischief.DuringAsync(), seen);
        await people.SeeToAsync(_plan.Mode, stopped);
        await stopped;
        return await seen;
    }

    /// <summary>
    /// Whoever had something in hand has put it down: all services have what they need, the workers' lanes are empty, in hand of nobody,
    /// and no session at the destination is in a transaction; and that for longer than it takes a queue to tell how it stands.
    /// </summary>
    async Task ChanceAsync(Guid job)
    {
        Stopwatch? idle = null;
        await Installation.EventuallyAsync(
            async () =>
            {
                await fixture.Crew.ReviveAsync(Log.Note);
                idle = await IsIdleAsync() ? idle ?? Stopwatch.StartNew() : null;
                return idle?.Elapsed > SharedServers.TotalsEvery * 2;
            },
            async () => $"the workers do not come to rest after job {job} was stopped: {await fixture.Crew.HealthAsync()}");
    }

    async Task<bool> IsIdleAsync() =>
        await fixture.Crew.IsReadyAsync()
        && await fixture.AreWorkersLanesEmptyAsync()
        && await fixture.Headgate.Destination.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'") == 0;
}
