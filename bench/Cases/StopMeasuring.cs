using System.Diagnostics;
using Headgate.Contracts.Jobs;

namespace Headgate.Bench.Cases;

/// <summary>Starts first loads and stops them.</summary>
sealed class StopMeasuring(CaseRun run, string pipeline)
{
    const string Table = "public.records";
    const string Actor = "bench";
    const int MostLoadsEach = 3;
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // The same moments in every run.
    readonly Random _random = new(1);

    public async Task<IReadOnlyList<double>> PauseAsync(int times, CancellationToken cancellationToken)
    {
        var taken = new List<double>();
        for (var load = 0; taken.Count < times; load++)
        {
            if (load == times * MostLoadsEach) throw new BenchException("Loads end before they can be stopped: ask for more --rows.");
            var job = await StartAsync(cancellationToken);
            // As long as there is enough left for another stop in the middle of it.
            while (taken.Count < times && await LoadingAsync(job, cancellationToken))
            {
                await run.Installation.Commands.SendAsync(new PauseJob { JobId = job, Actor = Actor }, cancellationToken);
                if (await StateAsync(job, ["Paused", "Completed"], cancellationToken) == "Completed") break;
                taken.Add(await LatencyAsync(job, cancellationToken));
                run.Say($"  graceful stop {taken.Count}: {taken[^1]:0} ms");
                await run.Installation.Commands.SendAsync(new ResumeJob { JobId = job, Actor = Actor }, cancellationToken);
                await StateAsync(job, ["Processing", "Collecting", "Completed"], cancellationToken);
            }

            await EndAsync(job, cancellationToken);
        }

        return taken;
    }

    public async Task<IReadOnlyList<double>> ForceAsync(int times, CancellationToken cancellationToken)
    {
        var taken = new List<double>();
        for (var load = 0; taken.Count < times; load++)
        {
            if (load == times * MostLoadsEach) throw new BenchException("Loads end before they can be stopped: ask for more --rows.");
            var job = await StartAsync(cancellationToken);
            if (await LoadingAsync(job, cancellationToken))
            {
                await run.Installation.Commands.SendAsync(new CancelJob { JobId = job, Actor = Actor, Mode = CancelMode.Force }, cancellationToken);
                if (await StateAsync(job, ["Canceled", "Completed"], cancellationToken) == "Canceled")
                {
                    taken.Add(await LatencyAsync(job, cancellationToken));
                    run.Say($"  force stop {taken.Count}: {taken[^1]:0} ms");
                }
            }

            await EndAsync(job, cancellationToken);
        }

        return taken;
    }

    async Task<Guid> StartAsync(CancellationToken cancellationToken)
    {
        await run.Installation.Destination.ExecuteAsync($"drop table if exists {Table}", cancellationToken);
        await run.Installation.SettleAsync(cancellationToken);
        return await run.Headgate.StartAsync(pipeline, cancellationToken);
    }

    /// <summary>Waits until the load has come to a random place further on; false if too little is left.</summary>
    async Task<bool> LoadingAsync(Guid job, CancellationToken cancellationToken)
    {
        var rows = run.Options.Rows;
        await StateAsync(job, ["Processing", "Collecting", "Completed"], cancellationToken);
        var from = await WrittenAsync(job, cancellationToken);
        var until = from + Math.Max(1, (long)(rows * 0.2 * _random.NextDouble()));
        if (until > rows * 0.8) return false;
        while (await WrittenAsync(job, cancellationToken) is var written && written < until)
        {
            if (await run.Headgate.StateAsync(job, cancellationToken) != "Processing") return false;
            await Task.Delay(Glance, cancellationToken);
        }

        return await run.Headgate.StateAsync(job, cancellationToken) == "Processing";
    }

    async Task<long> WrittenAsync(Guid job, CancellationToken cancellationToken)
    {
        var destination = run.Installation.Destination;
        // The first launch of all makes it.
        if (await destination.ScalarAsync<bool>("select to_regclass('headgate.ledger') is null", cancellationToken)) return 0;
        return await destination.ScalarAsync<long>(
            $"select coalesce(sum(next_row), 0)::bigint from headgate.ledger where job_id = '{job}'", cancellationToken);
    }

    async Task<string> StateAsync(Guid job, string[] wanted, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var state = await run.Headgate.StateAsync(job, cancellationToken);
            if (wanted.Contains(state)) return state;
            if (state == "Failed" || watch.Elapsed > Patience)
            {
                throw new BenchException(
                    $"The job is {state} and not {string.Join(" or ", wanted)}: {await run.Headgate.ErrorAsync(job, cancellationToken)}");
            }

            await Task.Delay(Glance, cancellationToken);
        }
    }

    Task<double> LatencyAsync(Guid job, CancellationToken cancellationToken) => run.Installation.State.ScalarAsync<double>(
        $"select 1000 * extract(epoch from stop_confirmed_at - stop_requested_at)::float8 from coordinator.sync_job where job_id = '{job}'",
        cancellationToken);

    /// <summary>Gets the pipeline free for the next job.</summary>
    async Task EndAsync(Guid job, CancellationToken cancellationToken)
    {
        if (await run.Headgate.StateAsync(job, cancellationToken) is not ("Canceled" or "Completed"))
            await run.Installation.Commands.SendAsync(new CancelJob { JobId = job, Actor = Actor, Mode = CancelMode.Force }, cancellationToken);
        await StateAsync(job, ["Canceled", "Completed"], cancellationToken);
        await run.Headgate.ReleasedAsync(job, cancellationToken);
    }
}
