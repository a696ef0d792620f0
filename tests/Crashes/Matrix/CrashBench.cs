using System.Diagnostics;
using Headgate.Contracts.Jobs;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>An installation in which processes are killed at fault points, one row of the matrix after the other.</summary>
sealed class CrashBench : IAsyncDisposable
{
    readonly Installation _headgate;
    readonly OperatorBus _bus;

    CrashBench(Installation headgate, OperatorBus bus)
    {
        _headgate = headgate;
        _bus = bus;
    }

    public static async Task<CrashBench> StartAsync(IEnumerable<string> points)
    {
        var headgate = await Installation.StartAsync(environment => environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:02", canHalt: true);
        var scenes = await Task.WhenAll(points.Select(point => SceneOf(headgate, point).DeclareAsync()));
        await headgate.ApplyAsync(string.Join("\n---\n", scenes.Select(scene => scene.Yaml)));
        return new CrashBench(headgate, await OperatorBus.ConnectAsync(headgate.Broker.AmqpUri));
    }

    /// <summary>
    /// Runs a job until the victim halts at the point, kills it there, with the other one if asked, starts what was killed again, and
    /// judges what has become of the job, which nobody has touched.
    /// </summary>
    /// <param name="point">The fault point.</param>
    /// <param name="victim">Whose it is.</param>
    /// <param name="both">Whether the other one is killed with it.</param>
    /// <param name="empty">Whether all queues are emptied before anybody starts again.</param>
    /// <param name="resync">Whether the job is a resync.</param>
    /// <param name="over">Whether it takes the place of a job that was paused in the middle of loading.</param>
    /// <returns>How long it took.</returns>
    public async Task<string> CrashAsync(string point, Victim victim, bool both = false, bool empty = false, bool resync = false, bool over = false)
    {
        var scene = new Scene(_headgate, NameOf(point));
        var checker = await scene.SetAsync();
        if (over) await PauseLoadingAsync(scene);
        var began = Stopwatch.GetTimestamp();
        _headgate.HaltAt(point);
        var job = await _bus.SendRunAsync(scene.Pipeline, resync);
        Assert.Equal(point.Split('#')[0], await Of(victim).HaltedAsync());
        _headgate.HaltAt(null);
        var halted = Stopwatch.GetElapsedTime(began);
        await Task.WhenAll(Killed(victim, both).Select(one => Of(one).KillAsync()));
        if (empty) await _headgate.EmptyQueuesAsync();
        await Task.WhenAll(Killed(victim, both).Select(StartAsync));
        var started = Stopwatch.GetElapsedTime(began);
        await _headgate.CompleteAsync(job);
        var completed = Stopwatch.GetElapsedTime(began);
        await _headgate.QuietAsync(job);
        Assert.Empty(await checker.JudgeAsync());
        if (resync) await IsResyncedAsync(scene, job);
        return $"halted after {halted.TotalSeconds:0.0} s, all started {started.TotalSeconds:0.0}, completed {completed.TotalSeconds:0.0}, "
            + $"quiet {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0}";
    }

    /// <summary>
    /// A resync that has something to do after the last batch: rows that are gone from the source, or tables that are swapped in. The victim is
    /// killed there.
    /// </summary>
    /// <param name="row">The fault point, and behind a + whether tables are dropped: drop or delete.</param>
    /// <param name="victim">Whose it is.</param>
    public async Task<string> FinishAsync(string row, Victim victim)
    {
        var (scene, point) = (SceneOf(_headgate, row), row.Split('+')[0]);
        await scene.SetAsync();
        await scene.VanishAsync();
        var began = Stopwatch.GetTimestamp();
        _headgate.HaltAt(point);
        var job = await _bus.SendRunAsync(scene.Pipeline, resync: true, dropAndLoad: row.EndsWith("+drop", StringComparison.Ordinal));
        Assert.Equal(point, await Of(victim).HaltedAsync());
        _headgate.HaltAt(null);
        await Of(victim).KillAsync();
        await StartAsync(victim);
        await _headgate.CompleteAsync(job);
        await _headgate.QuietAsync(job);
        await IsResyncedAsync(scene, job);
        Assert.True(await scene.IsTheSameAsync());
        return $"completed after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s";
    }

    /// <summary>
    /// Runs a job to its end, rolls it back, and kills the victim at the point while that is under way.
    /// Whoever has called for it asks again, with the same idempotency key, until there is an answer.
    /// </summary>
    /// <param name="point">The fault point.</param>
    /// <param name="victim">Whose it is.</param>
    /// <param name="both">Whether the other one is killed with it.</param>
    public async Task<string> RollBackAsync(string point, Victim victim, bool both = false)
    {
        var scene = new Scene(_headgate, NameOf(point));
        await scene.SetAsync();
        var before = await scene.ImagesAsync();
        var run = await _bus.SendRunAsync(scene.Pipeline);
        await _headgate.CompleteAsync(run);
        await _headgate.QuietAsync(run);
        var began = Stopwatch.GetTimestamp();
        string[] call = ["rollback", run.ToString(), "--yes", "--idempotency-key", scene.Pipeline];
        _headgate.HaltAt(point);
        var first = _headgate.CommandAsync(call);
        Assert.Equal(point.Split('#')[0], await Of(victim).HaltedAsync());
        _headgate.HaltAt(null);
        await Task.WhenAll(Killed(victim, both).Select(one => Of(one).KillAsync()));
        await first;
        await Task.WhenAll(Killed(victim, both).Select(StartAsync));
        var again = await _headgate.CommandAsync(call);
        Assert.True(again.ExitCode == 0, again.Output);
        var job = await _headgate.State.ScalarAsync<Guid>($"select job_id from coordinator.sync_job where of_job_id = '{run}'");
        await _headgate.CompleteAsync(job);
        await _headgate.QuietAsync(job);
        Assert.Equal(before, await scene.ImagesAsync());
        Assert.Equal("Completed 0", await _headgate.State.ScalarAsync<string>($"select state || ' ' || rejected from coordinator.sync_job where job_id = '{job}'"));
        return $"completed after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s";
    }

    async Task PauseLoadingAsync(Scene scene)
    {
        Guid job;
        await using (await _headgate.BlockAsync(scene.Tables[1].Name))
        {
            job = await _bus.SendRunAsync(scene.Pipeline);
            await _headgate.WorkerBlockedAsync();
            await _headgate.TellAsync(new PauseJob { JobId = job, Actor = "test" });
        }

        await _headgate.StateAsync(job, "Paused");
    }

    async Task IsResyncedAsync(Scene scene, Guid job)
    {
        Assert.Equal("Enabled", await _headgate.State.ScalarAsync<string>($"select state from coordinator.pipeline where name = '{scene.Pipeline}'"));
        Assert.Equal(12, await _headgate.State.ScalarAsync<long>(
            $"select count(*) from coordinator.job_task where job_id = '{job}' and state in ('Done', 'Skipped')"));
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        await _headgate.DisposeAsync();
    }

    static Scene SceneOf(Installation headgate, string row) => new(headgate, NameOf(row), deletes: row.Contains('+', StringComparison.Ordinal));

    static string NameOf(string point) => point.ToLowerInvariant().Replace('.', '-').Replace('/', '-').Replace('#', '-').Replace('+', '-');

    static Victim[] Killed(Victim victim, bool both) => both ? [Victim.Worker, Victim.Coordinator] : [victim];

    ServiceProcess Of(Victim victim) => victim == Victim.Worker ? _headgate.Worker : _headgate.Coordinator;

    Task StartAsync(Victim victim) => victim == Victim.Worker ? _headgate.StartWorkerAsync() : _headgate.StartCoordinatorAsync();
}
