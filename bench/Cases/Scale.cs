using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>The same first load at three sizes: is time linear, and memory the same?</summary>
sealed class Scale : IBenchCase
{
    const string Table = "public.records_scale";
    const double MostMegabytes = 200;
    const double MostStretch = 1.1;

    public string Name => "scale";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var sizes = new[] { run.Options.Rows / 20, run.Options.Rows, run.Options.Rows * 10 };
        var rows = new List<IReadOnlyList<string>>();
        var (own, peaks, results) = (new List<double?>(), new List<double>(), new List<ContenderResult>());
        foreach (var size in sizes)
        {
            var (pair, worker) = await LoadAsync(run, size, cancellationToken);
            var headgate = pair[0].Seconds;
            own.Add(headgate);
            peaks.Add(worker);
            results.AddRange(pair);
            rows.Add(
                [$"{size:N0}", Seconds(headgate), headgate is { } s ? $"{s / size * 1e6:0.00} s" : "-", Seconds(pair[1].Seconds), $"{worker:0} MB"]);
        }

        return new CaseReport
        {
            Name = Name,
            Description = "The first load at three sizes, each with new processes of all services. The worker's peak is that of its own rounds.",
            Results = results,
            Figures = [new Figures(["rows", "Headgate", "for each million", "copy-pipe", "worker's peak"], rows)],
            Targets =
            [
                Target.AtMost("time at 10 times the rows / 10 times the time", MostStretch, Statistics.Ratio(own[2], own[1] * 10)),
                Target.AtMost("worker's peak at the largest size", MostMegabytes, peaks[^1], " MB"),
            ],
        };
    }

    static async Task<(IReadOnlyList<ContenderResult> Results, double WorkerPeak)> LoadAsync(
        CaseRun run, long size, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        await installation.Source.ExecuteAsync($"drop table if exists {Table}", cancellationToken);
        var expected = await run.FillAsync(Table, size, cancellationToken);
        // What is applied has to be at the source.
        await run.Headgate.ApplyAsync("scale", PipelineYaml.Of("scale", [PipelineYaml.Object(Table, Table)]), cancellationToken);
        await installation.RestartServicesAsync(cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var results = await run.Rounds.RunAsync(
            [
                new HeadgateCopy(run.Headgate, installation.Destination, "scale", Table, expected),
                new ShellContender(Contenders.CopyPipe, installation, Table, expected, RecordsTable.Create(Table), Scripts.CopyPipe(Table)),
            ],
            cancellationToken);
        return ([.. results], (await run.PeaksAsync(cancellationToken))["ingest-worker"]);
    }

    static string Seconds(double? seconds) => seconds is { } s ? $"{s:0.00} s" : "-";
}
