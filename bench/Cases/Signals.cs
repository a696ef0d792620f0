using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;
using Headgate.Bench.Signals;

namespace Headgate.Bench.Cases;

/// <summary>How fast progress is taken in, and how long a command takes to a worker's ear, also behind a backlog of progress.</summary>
sealed class Signals : IBenchCase
{
    const int ReportingJobs = 50;
    const int WarmUpEvents = 5_000;
    const int Events = 40_000;
    const int Backlog = 10_000;
    const int Margin = 1_000;
    const int Refill = 5_000;
    const int Stops = 250;
    const int WarmUp = 150;
    const double EventsGoal = 2_000;
    const double MedianGoal = 5;
    const double P99Goal = 15;
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public string Name => "signals";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        await JobsInHand.PrepareAsync(run, cancellationToken);
        var reporting = await JobsInHand.TakeAsync(run.Installation.State, ReportingJobs, cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        await using var bus = await SignalBus.StartAsync(run.Installation.RabbitMq.AmqpUri, cancellationToken);
        var ears = new EarMeasuring(bus, run.Installation.State);

        var idle = await IdleAsync(run, ears, cancellationToken);
        run.Say($"  idle: {Sentence(idle)}");
        var peer = await PeerAsync(run, cancellationToken);
        run.Say($"  MassTransit's job consumer: {Sentence(peer)}");
        var rate = await AbsorbAsync(bus, reporting, cancellationToken);
        run.Say($"  progress: {rate:N0} events a second");
        var behind = await BehindAsync(run, bus, ears, reporting, cancellationToken);
        run.Say($"  behind {Backlog:N0} events: {Sentence(behind)}");
        return new CaseReport
        {
            Name = Name,
            Description = $"{Events:N0} progress events over {ReportingJobs} jobs, from the first one's publishing to the last one's effect in the "
                + $"database; and {Stops} stops (pauses and force cancels in turn), from the sending of the command to the call of the consumer that "
                + $"hears of it on a worker's lane: idle, and while at least {Backlog:N0} progress events wait. Beside it, idle, "
                + "MassTransit's job consumer, from the sending of its cancel to the firing of the job's token; it stores nothing.",
            Figures =
            [
                new Figures(["progress", "events", "a second"], [["50 jobs", $"{Events:N0}", $"{rate:N0}"]]),
                new Figures(["to the ear", "count", "min", "median", "p99 (nearest rank)", "max"], [Row("idle", idle), Row("behind progress", behind), Row("MassTransit's job consumer", peer)]),
            ],
            Targets =
            [
                Target.AtLeast("progress events a second", EventsGoal, rate),
                Target.AtMost("idle, median", MedianGoal, Statistics.Median(idle), " ms"),
                Target.AtMost("idle, p99", P99Goal, Statistics.Percentile(idle, 99), " ms"),
                Target.AtMost("behind progress, median", MedianGoal, Statistics.Median(behind), " ms"),
                Target.AtMost("behind progress, p99", P99Goal, Statistics.Percentile(behind, 99), " ms"),
            ],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }

    static async Task<IReadOnlyList<double>> IdleAsync(CaseRun run, EarMeasuring ears, CancellationToken cancellationToken)
    {
        var jobs = await JobsInHand.TakeAsync(run.Installation.State, WarmUp + Stops, cancellationToken);
        await ears.StopAsync(jobs.Jobs.Take(WarmUp), NothingAsync, settle: true, cancellationToken);
        return await ears.StopAsync(jobs.Jobs.Skip(WarmUp), NothingAsync, settle: true, cancellationToken);
    }

    static async Task<IReadOnlyList<double>> PeerAsync(CaseRun run, CancellationToken cancellationToken)
    {
        await using var bus = await JobConsumerBus.StartAsync(run.Installation.RabbitMq.AmqpUri, cancellationToken);
        await bus.CancelAsync(WarmUp, cancellationToken);
        return await bus.CancelAsync(Stops, cancellationToken);
    }

    static async Task<double> AbsorbAsync(SignalBus bus, JobsInHand reporting, CancellationToken cancellationToken)
    {
        await bus.TellAsync(reporting.Progress(WarmUpEvents), cancellationToken);
        await ShownAsync(reporting, cancellationToken);
        var watch = Stopwatch.StartNew();
        await bus.TellAsync(reporting.Progress(Events), cancellationToken);
        await ShownAsync(reporting, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        await reporting.CheckAsync(cancellationToken);
        return Events / seconds;
    }

    static async Task<IReadOnlyList<double>> BehindAsync(
        CaseRun run, SignalBus bus, EarMeasuring ears, JobsInHand reporting, CancellationToken cancellationToken)
    {
        var jobs = await JobsInHand.TakeAsync(run.Installation.State, WarmUp + Stops, cancellationToken);
        await ears.StopAsync(jobs.Jobs.Take(WarmUp), FillAsync, settle: false, cancellationToken);
        var taken = await ears.StopAsync(jobs.Jobs.Skip(WarmUp), FillAsync, settle: false, cancellationToken);
        await ShownAsync(reporting, cancellationToken);
        await reporting.CheckAsync(cancellationToken);
        return taken;

        // Between two stops, so that what is measured is the backlog and not its making.
        async Task FillAsync()
        {
            while (await reporting.WaitingAsync(cancellationToken) < Backlog + Margin)
                await bus.TellAsync(reporting.Progress(Refill), cancellationToken);
        }
    }

    static async Task ShownAsync(JobsInHand reporting, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (await reporting.WaitingAsync(cancellationToken) > 0)
        {
            if (watch.Elapsed > Patience) throw new BenchException("Progress does not reach the jobs' rows.");
            await Task.Delay(Glance, cancellationToken);
        }
    }

    static Task NothingAsync() => Task.CompletedTask;

    static string Sentence(IReadOnlyList<double> milliseconds) =>
        $"median {Statistics.Median(milliseconds):0.0} ms, p99 {Statistics.Percentile(milliseconds, 99):0.0} ms";

    static IReadOnlyList<string> Row(string kind, IReadOnlyList<double> milliseconds) =>
    [
        kind, $"{milliseconds.Count}", $"{milliseconds.Min():0.0} ms", $"{Statistics.Median(milliseconds):0.0} ms",
        $"{Statistics.Percentile(milliseconds, 99):0.0} ms", $"{milliseconds.Max():0.0} ms",
    ];
}
