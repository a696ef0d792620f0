using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>How long a stop takes in the middle of a first load, from the request to the confirmation by the fence.</summary>
sealed class Stop : IBenchCase
{
    const int Times = 20;
    const double GracefulLimit = 1_000;
    const double ForceLimit = 250;

    public string Name => "stop";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        await run.RecordsAsync(cancellationToken);
        var pipeline = await run.RecordsPipelineAsync(cancellationToken);
        var stops = new StopMeasuring(run, pipeline);
        await run.ResetPeaksAsync(cancellationToken);
        var graceful = await stops.PauseAsync(Times, cancellationToken);
        var force = await stops.ForceAsync(Times, cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{Times} stops of each kind while {run.Options.Rows:N0} rows are loaded, at random moments, from the request's "
                + "arrival at the coordinator to the confirmation by the fence, as the job's row has both. Graceful is a pause (and a resume, "
                + "while there is something left), force a cancel.",
            Figures =
            [
                new Figures(["stop", "count", "min", "median", "p99 (nearest rank)", "max"],
                    [Row("graceful", graceful), Row("force", force)]),
            ],
            Targets =
            [
                Target.AtMost("graceful, p99", GracefulLimit, Statistics.Percentile(graceful, 99), " ms"),
                Target.AtMost("force, p99", ForceLimit, Statistics.Percentile(force, 99), " ms"),
            ],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }

    static IReadOnlyList<string> Row(string kind, IReadOnlyList<double> milliseconds) =>
    [
        kind, $"{milliseconds.Count}", $"{milliseconds.Min():0} ms", $"{Statistics.Median(milliseconds):0} ms",
        $"{Statistics.Percentile(milliseconds, 99):0} ms", $"{milliseconds.Max():0} ms",
    ];
}
