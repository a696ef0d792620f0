using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Processes;
using Headgate.Bench.Reporting;
using Headgate.Bench.Schedules;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Cases;

/// <summary>How late runs of very many schedules are fired, spread and all at once, and what the scheduler needs for them.</summary>
sealed class Schedules : IBenchCase
{
    const int Most = 100_000;
    const int Minutes = 1;
    const double SpreadGoal = 2_000;
    static readonly TimeSpan Ahead = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public string Name => "schedules";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var pipelines = (int)Math.Min(Most, run.Options.Rows);
        var (postgres, rabbitMq) = (run.Installation.Postgres, run.Installation.RabbitMq);
        await using var state = await Database.CreateAsync(postgres.ConnectionString, Name, cancellationToken);
        await rabbitMq.Management.CreateVirtualHostAsync(Name, [rabbitMq.User], cancellationToken);
        var amqp = new UriBuilder(rabbitMq.AmqpUri) { Path = Name }.Uri;
        await using var fired = await FiredRuns.StartAsync(amqp, pipelines, cancellationToken);

        var (told, first) = await LearnAsync(run, state, amqp, pipelines, cancellationToken);
        run.Say($"  {pipelines:N0} schedules are known after {told:0.0} s");
        var watch = Stopwatch.StartNew();
        await using var scheduler = await StartAsync(run, state, amqp, cancellationToken);
        var started = watch.Elapsed.TotalSeconds;
        run.Say($"  started with them in {started:0.0} s");
        var spread = await SpreadAsync(fired, cancellationToken);
        run.Say($"  spread: {Sentence(spread)}");
        var together = await TogetherAsync(state, fired, pipelines, cancellationToken);
        run.Say($"  in one minute: {Sentence(together)}");
        var peak = Math.Max(first, await scheduler.PeakMegabytesAsync(cancellationToken));
        return new CaseReport
        {
            Name = Name,
            Description = $"{pipelines:N0} pipelines, each every quarter of an hour, spread over its minutes: runs of one minute; then all of them in the same "
                + "minute. From the moment in which a run comes due until whoever takes runs has it from the broker. The scheduler is alone on its database "
                + "and virtual host, and beside it PostgreSQL, RabbitMQ and the taker share the processors.",
            Figures =
            [
                new Figures(["start", "seconds"], [["on an empty database, until all schedules are known", $"{told:0.0}"], ["with all of them, until ready", $"{started:0.0}"]]),
                new Figures(["lateness", "runs", "p50", "p99", "max"], [Row("spread", spread), Row("in one minute", together)]),
            ],
            Targets = [Target.AtMost("spread, p99", SpreadGoal, Statistics.Percentile(spread, 99), " ms")],
            PeakMegabytes = new Dictionary<string, double>(StringComparer.Ordinal) { ["scheduler"] = peak },
        };
    }

    static async Task<(double Seconds, double Peak)> LearnAsync(CaseRun run, Database state, Uri amqp, int pipelines, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var scheduler = await StartAsync(run, state, amqp, cancellationToken);
        await SeenAsync(async () => await state.ScalarAsync<long>("select count(*) from scheduler.start_rule", cancellationToken) == pipelines, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        return (seconds, await scheduler.PeakMegabytesAsync(cancellationToken));
    }

    static Task<ServiceProcess> StartAsync(CaseRun run, Database state, Uri amqp, CancellationToken cancellationToken) => ServiceProcess.StartAsync(
        "scheduler-alone", Repository.AssemblyOf("scheduler", "Headgate.Scheduler"), run.Installation.Scratch,
        new Dictionary<string, string>(run.Installation.ServiceEnvironment, StringComparer.Ordinal)
        {
            ["HEADGATE_STATE"] = state.ConnectionString,
            ["HEADGATE_AMQP"] = amqp.ToString(),
        },
        cancellationToken);

    // Whole minutes from the next one on, and what they bring until shortly before the one after.
    static async Task<IReadOnlyList<double>> SpreadAsync(FiredRuns fired, CancellationToken cancellationToken)
    {
        var from = NextMinute();
        var until = from.AddMinutes(Minutes);
        await SeenAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() >= until.AddSeconds(-1)), cancellationToken);
        return [.. fired.Runs.Where(run => run.Due >= from && run.Due < until).Select(run => run.LateMilliseconds)];
    }

    static async Task<IReadOnlyList<double>> TogetherAsync(Database state, FiredRuns fired, int pipelines, CancellationToken cancellationToken)
    {
        var due = NextMinute();
        await state.ExecuteAsync(
            $$"""
              update scheduler.start_rule set next_due = '{{due:O}}', next_fire = '{{due:O}}', last_due = '{{due.AddMinutes(-1):O}}',
                  schedule = jsonb_set(schedule, '{cron}', '"{{due.Minute}} * * * *"')
              """,
            cancellationToken);
        await SeenAsync(() => Task.FromResult(fired.Runs.Count(run => run.Due == due) >= pipelines), cancellationToken);
        return [.. fired.Runs.Where(run => run.Due == due).Select(run => run.LateMilliseconds)];
    }

    // In time for all to be written down before.
    static DateTimeOffset NextMinute()
    {
        var soon = TimeProvider.System.GetUtcNow() + Ahead;
        return new DateTimeOffset(soon.Ticks - soon.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero).AddMinutes(1);
    }

    static async Task SeenAsync(Func<Task<bool>> isTrue, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!await isTrue())
        {
            if (watch.Elapsed > Patience) throw new BenchException($"Schedules were not fired within {Patience.TotalMinutes:0} minutes.");
            await Task.Delay(Glance, cancellationToken);
        }
    }

    static string Sentence(IReadOnlyList<double> milliseconds) => $"{milliseconds.Count:N0} runs, "
        + $"p50 {Statistics.Percentile(milliseconds, 50):N0} ms, p99 {Statistics.Percentile(milliseconds, 99):N0} ms, max {milliseconds.Max():N0} ms";

    static IReadOnlyList<string> Row(string name, IReadOnlyList<double> milliseconds) =>
    [
        name, $"{milliseconds.Count:N0}", $"{Statistics.Percentile(milliseconds, 50):N0} ms", $"{Statistics.Percentile(milliseconds, 99):N0} ms",
        $"{milliseconds.Max():N0} ms",
    ];
}
