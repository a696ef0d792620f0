using System.Diagnostics;
using Headgate.Bench.Stack;
using Headgate.Contracts.Jobs;

namespace Headgate.Bench.Signals;

/// <summary>Stops jobs one after another and listens for it.</summary>
sealed class EarMeasuring(SignalBus bus, Database state)
{
    const string Actor = "bench";
    // What follows from a confirmed stop, word to people and a release, is under way for a while.
    static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(75);
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
            await ConfirmedAsync(job, cancellationToken);
            if (settle) await Task.Delay(Settling, cancellationToken);
        }

        return taken;
    }

    async Task ConfirmedAsync(Guid job, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!await state.ScalarAsync<bool>($"select state in ('Paused', 'Canceled') from coordinator.sync_job where job_id = '{job}'", cancellationToken))
        {
            if (watch.Elapsed > Patience) throw new BenchException($"The stop of job {job} is not confirmed.");
            await Task.Delay(Glance, cancellationToken);
        }
    }
}
