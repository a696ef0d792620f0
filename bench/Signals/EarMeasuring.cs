using System.Diagnostics;
using Headgate.Bench.Stack;
using Headgate.Contracts.Jobs;

namespace Headgate.Bench.Signals;

/// <summary>Stops jobs one after another and listens for it.</summary>
sealed class EarMeasuring(SignalBus bus, Database state)
{
    const string Actor = "bench";
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Pauses and force cancels in turn, each begun when the fence has confirmed the one before.</summary>
    /// <param name="jobs">One for each stop.</param>
    /// <param name="before">Done before each stop.</param>
    /// <param name="settle">Whether each waits until nothing is left of the one before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<double>> StopAsync(
        IEnumerable<Guid> jobs, Func<Task> before, bool settle, CancellationToken cancellationToken)
    {
        var taken = new List<double>();
        foreach (var job in jobs)
        {
            await before();
            taken.Add(taken.Count % 2 == 0
                ? await bus.StopAsync(job, new PauseJob { JobId = job, Actor = Actor }, cancellationToken)
                : await bus.StopAsync(job, new CancelJob { JobId = job, Actor = Actor, Mode = CancelMode.Force }, cancellationToken));
            await SeenAsync($"select state in ('Paused', 'Canceled') from coordinator.sync_job where job_id = '{job}'", cancellationToken);
            if (settle) await SeenAsync(Settled(job), cancellationToken);
        }

        return taken;
    }

    // What follows from a confirmed stop: word to people, and a release that the worker answers.
    static string Settled(Guid job) => $"""
        select not exists (
            select from coordinator.obligation
            where job_id = '{job}' and (done_at is null or answered_at is null and message = 'Headgate.Contracts.Jobs.ReleaseJob'))
        """;

    async Task SeenAsync(string sql, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!await state.ScalarAsync<bool>(sql, cancellationToken))
        {
            if (watch.Elapsed > Patience) throw new BenchException($"Not seen within {Patience.TotalSeconds:0} s: {sql}");
            await Task.Delay(Glance, cancellationToken);
        }
    }
}
