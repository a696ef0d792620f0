using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Processes;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>Very many small tables in one pipeline.</summary>
sealed class Objects : IBenchCase
{
    public string Name => "objects";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        run.Say($"  {ManyTables.Count:N0} tables are made ...");
        var expected = await ManyTables.FillAsync(installation.Source, cancellationToken);
        var tables = Enumerable.Range(1, ManyTables.Count).Select(i => $"{ManyTables.Prefix}{i}");
        var objects = tables.Select(table => PipelineYaml.Object(table, table));
        await run.Headgate.ApplyAsync(Name, PipelineYaml.Of(Name, objects), cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var results = await run.Rounds.RunAsync(
            [
                new ManyContender(Contenders.Headgate, installation.Destination, expected, stop => run.Headgate.RunAsync(Name, stop)),
                new ManyContender(Contenders.DumpPipe, installation.Peer, expected, DumpAsync),
            ],
            cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"First load of {ManyTables.Count:N0} tables of {ManyTables.RowsEach} rows in one pipeline.",
            Results = results,
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };

        async Task<Measure> DumpAsync(CancellationToken stop)
        {
            var watch = Stopwatch.StartNew();
            await Tools.ShellAsync(Scripts.DumpPipeOfSchema(ManyTables.Schema), installation.ClientEnvironment, stop);
            return new Measure(watch.Elapsed.TotalSeconds);
        }
    }
}
