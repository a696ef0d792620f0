namespace Headgate.Bench.Cases;

/// <summary>Stops first loads, and lets them go on where that is possible.</summary>
sealed class StopMeasuring(StopSubject subject)
{
    const int MostLoadsEach = 3;

    // Of the whole extraction: one that is resumed goes on, so that a few of these come through all of it.
    const double BetweenPauses = 0.1;
    const double BeforeForce = 0.8;

    /// <summary>Pauses; a paused job is resumed, and paused again as long as it has not come too far.</summary>
    public Task<IReadOnlyList<StopTime>> GracefulAsync(StopPhase phase, int times, CancellationToken cancellationToken) =>
        RepeatAsync("graceful", phase, times, PauseAndResumeAsync, cancellationToken);

    /// <summary>Cancels by force, one job each.</summary>
    public Task<IReadOnlyList<StopTime>> ForceAsync(StopPhase phase, int times, CancellationToken cancellationToken) =>
        RepeatAsync("force", phase, times, ForceOnceAsync, cancellationToken);

    async Task<IReadOnlyList<StopTime>> RepeatAsync(
        string mode, StopPhase phase, int times, Func<Guid, StopPhase, List<StopTime>, int, CancellationToken, Task> stop, CancellationToken cancellationToken)
    {
        var taken = new List<StopTime>();
        for (var load = 0; taken.Count < times; load++)
        {
            if (load == times * MostLoadsEach) throw new BenchException("Loads end before they can be stopped: ask for more --rows.");
            var (job, before) = (await subject.StartAsync(cancellationToken), taken.Count);
            await stop(job, phase, taken, times, cancellationToken);
            await subject.EndAsync(job, cancellationToken);
            if (taken.Count > before) subject.Run.Say($"  {mode} stop {taken.Count} while {phase}: {taken[^1].Confirmed:0} ms");
        }

        return taken;
    }

    async Task PauseAndResumeAsync(Guid job, StopPhase phase, List<StopTime> taken, int times, CancellationToken cancellationToken)
    {
        while (taken.Count < times && await subject.ReachAsync(job, phase, BetweenPauses, cancellationToken))
        {
            await subject.PauseAsync(job, cancellationToken);
            if (await subject.StateAsync(job, ["Paused", "Completed"], cancellationToken) == "Completed") return;
            // What was extracted meanwhile is launched: the pause has come a moment later than it was meant to.
            taken.Add(await subject.TimeAsync(job, cancellationToken));
            await subject.ResumeAsync(job, cancellationToken);
            await subject.StateAsync(job, ["Initializing", "Processing", "Collecting", "Completed"], cancellationToken);
        }
    }

    async Task ForceOnceAsync(Guid job, StopPhase phase, List<StopTime> taken, int times, CancellationToken cancellationToken)
    {
        if (!await subject.ReachAsync(job, phase, BeforeForce, cancellationToken)) return;
        await subject.ForceAsync(job, cancellationToken);
        if (await subject.StateAsync(job, ["Canceled", "Completed"], cancellationToken) == "Canceled")
            taken.Add(await subject.TimeAsync(job, cancellationToken));
    }
}
