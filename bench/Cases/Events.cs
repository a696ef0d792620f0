using System.Diagnostics;
using Headgate.Bench.Events;
using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>From an event that another program publishes to the first row at the destination, while nothing else is to be done.</summary>
sealed class Events : IBenchCase
{
    const int WarmUp = 20;
    const int Count = 200;
    const int Rows = 1_000;
    const double Limit = 500;
    const string Table = "public.events";
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Name => "events";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        await run.Installation.Source.ExecuteAsync(
            $"create table {Table} (id int primary key, value bigint); insert into {Table} select n, -1 from generate_series(1, {Rows}) n", cancellationToken);
        var yaml = PipelineYaml.Of(Name, [PipelineYaml.Object(Table, Table)], "  triggers: [ { event: Rows*, subject: bench } ]");
        await run.Headgate.ApplyAsync(Name, yaml, cancellationToken);
        await run.Headgate.RunAsync(Name, cancellationToken);
        using var publisher = await EventPublisher.StartAsync(run.Installation.RabbitMq.AmqpUri, cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var events = new List<EventTime>();
        for (var number = 0; number < WarmUp + Count; number++) events.Add(await MeasureAsync(run, publisher, number, cancellationToken));
        events.RemoveRange(0, WarmUp);
        double[] whole = [.. events.Select(each => each.Row - each.Published)];
        run.Say($"  median {Statistics.Median(whole):0} ms, p99 {Statistics.Percentile(whole, 99):0} ms");
        return new CaseReport
        {
            Name = Name,
            Description = $"{Count} events, one after the other, published by a Python program with one connection; each starts a run of a pipeline of one "
                + $"table of {Rows:N0} rows without a cursor, all of which have changed. From before the publishing to the commit of the first batch at the "
                + "destination, by one machine's clock; the parts by the coordinator's as well, which is set by the database's and may differ by some "
                + "milliseconds.",
            Figures =
            [
                new Figures(
                    ["event", "count", "min", "p50", "p99 (nearest rank)", "max"],
                    [
                        Row("to the first row", whole), Row("to the job's acceptance", [.. events.Select(each => each.Accepted - each.Published)]),
                        Row("from there to its launch", [.. events.Select(each => each.Launched - each.Accepted)]),
                        Row("from there to the commit", [.. events.Select(each => each.Row - each.Launched)]),
                    ]),
            ],
            Targets = [Target.AtMost("event to first row, p99", Limit, Statistics.Percentile(whole, 99), " ms")],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }

    static async Task<EventTime> MeasureAsync(CaseRun run, EventPublisher publisher, int number, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        await installation.Source.ExecuteAsync($"update {Table} set value = {number}", cancellationToken);
        await installation.Source.ExecuteAsync($"vacuum {Table}", cancellationToken);
        var id = $"bench-{number}";
        var published = await publisher.PublishAsync(id, cancellationToken);
        var job = await CompletedAsync(run, id, cancellationToken);
        await run.Headgate.ReleasedAsync(job, cancellationToken);
        var row = await installation.Destination.ScalarAsync<double>(
            $"select min(extract(epoch from pg_xact_commit_timestamp(xmin)))::float8 from {Table} where value = {number}", cancellationToken);
        var times = (await installation.State.ListAsync(
            $"""
             select extract(epoch from created_at)::float8, extract(epoch from launched_at)::float8 from coordinator.sync_job where job_id = '{job}'
             """,
            reader => (Accepted: reader.GetDouble(0), Launched: reader.GetDouble(1)),
            cancellationToken)).Single();
        return new EventTime(1000 * published, 1000 * times.Accepted, 1000 * times.Launched, 1000 * row);
    }

    static async Task<Guid> CompletedAsync(CaseRun run, string id, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var job = await run.Installation.State.ScalarAsync<Guid>(
                $"select job_id from coordinator.sync_job where trigger_detail like '% {id}' and state = 'Completed'", cancellationToken);
            if (job != Guid.Empty) return job;
            if (watch.Elapsed > Patience) throw new BenchException($"No job of event {id} has completed.");
            await Task.Delay(Glance, cancellationToken);
        }
    }

    static IReadOnlyList<string> Row(string part, double[] milliseconds) =>
    [
        part, $"{milliseconds.Length}", $"{milliseconds.Min():0} ms", $"{Statistics.Median(milliseconds):0} ms",
        $"{Statistics.Percentile(milliseconds, 99):0} ms", $"{milliseconds.Max():0} ms",
    ];
}
