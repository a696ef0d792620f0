using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>How long a stop takes in the middle of a first load, from the request to the confirmation by the fence, and to the last write.</summary>
/// <param name="name">The case's name.</param>
/// <param name="factor">How many times the rows of the large table.</param>
sealed class Stop(string name, int factor) : IBenchCase
{
    const double GracefulLimit = 1_000;
    const double ForceLimit = 250;

    // A job that is canceled does not go on: each forced stop of a load needs an extraction of its own before, and the large one takes half a minute.
    const int LargeForcedWrites = 10;

    public string Name => name;

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var (rows, each) = (run.Options.Rows * factor, run.Options.Stops / 2);
        var forcedWrites = factor == 1 ? each : Math.Max(1, run.Options.Stops / LargeForcedWrites);
        var stops = new StopMeasuring(await SubjectAsync(run, rows, cancellationToken));
        await run.ResetPeaksAsync(cancellationToken);
        var gracefulRead = await stops.GracefulAsync(StopPhase.Extracting, run.Options.Stops - each, cancellationToken);
        var gracefulWrite = await stops.GracefulAsync(StopPhase.Loading, each, cancellationToken);
        var forceRead = await stops.ForceAsync(StopPhase.Extracting, run.Options.Stops - forcedWrites, cancellationToken);
        var forceWrite = await stops.ForceAsync(StopPhase.Loading, forcedWrites, cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{run.Options.Stops} stops of each mode while {rows:N0} rows are extracted and loaded, at random moments, from "
                + "the request's arrival at the coordinator to the confirmation by the fence, as the job's row has both, and to the last write that "
                + "committed, by the destination's commit timestamps. Graceful is a pause (and a resume, while there is something left), force a cancel.",
            Figures =
            [
                new Figures(
                    ["stop", "count", "confirmed: min", "p50", "p99 (nearest rank)", "max", "last write: p50", "p99", "max"],
                    [
                        Row("graceful, extracting", gracefulRead), Row("graceful, loading", gracefulWrite),
                        Row("force, extracting", forceRead), Row("force, loading", forceWrite),
                    ]),
            ],
            Targets =
            [
                Target.AtMost("graceful, p99", GracefulLimit, P99([.. gracefulRead, .. gracefulWrite]), " ms"),
                Target.AtMost("force, p99", ForceLimit, P99([.. forceRead, .. forceWrite]), " ms"),
            ],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }

    async Task<StopSubject> SubjectAsync(CaseRun run, long rows, CancellationToken cancellationToken)
    {
        if (factor == 1)
        {
            await run.RecordsAsync(cancellationToken);
            return await WarmAsync(new StopSubject(run, await run.RecordsPipelineAsync(cancellationToken), "public.records", rows), cancellationToken);
        }

        const string table = "public.records_stop";
        await run.FillAsync(table, rows, cancellationToken);
        await run.Headgate.ApplyAsync(Name, PipelineYaml.Of(Name, [PipelineYaml.Object(table, table)]), cancellationToken);
        return await WarmAsync(new StopSubject(run, Name, table, rows), cancellationToken);
    }

    static async Task<StopSubject> WarmAsync(StopSubject subject, CancellationToken cancellationToken)
    {
        await subject.WarmUpAsync(cancellationToken);
        return subject;
    }

    static double P99(IReadOnlyList<StopTime> stops) => Statistics.Percentile(stops.Select(stop => stop.Confirmed), 99);

    static IReadOnlyList<string> Row(string kind, IReadOnlyList<StopTime> stops)
    {
        double[] confirmed = [.. stops.Select(stop => stop.Confirmed)];
        double[] written = [.. stops.Select(stop => stop.LastWrite).OfType<double>()];
        return
        [
            kind, $"{stops.Count}", $"{confirmed.Min():0} ms", .. Spread(confirmed),
            .. written.Length == 0 ? ["-", "-", "-"] : Spread(written),
        ];
    }

    static IReadOnlyList<string> Spread(double[] milliseconds) =>
        [$"{Statistics.Median(milliseconds):0} ms", $"{Statistics.Percentile(milliseconds, 99):0} ms", $"{milliseconds.Max():0} ms"];
}
