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
                new ManyContender(
                    Contenders.Headgate, installation.Destination, expected, create: false, stop => run.Headgate.RunAsync(Name, stop)),
                Peer(Contenders.DumpPipe, create: false, Scripts.DumpPipeOfSchema(ManyTables.Schema)),
                Peer(Contenders.CopyPipes, create: true, Scripts.CopyPipes(ManyTables.Prefix, ManyTables.Count)),
            ],
            cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"First load of {ManyTables.Count:N0} tables of {ManyTables.RowsEach} rows in one pipeline. "
                + "A pipe of two psql for each table has them made beforehand.",
            Results = results,
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };

        ManyContender Peer(string name, bool create, string script) => new(name, installation.Peer, expected, create, async stop =>
        {
            var watch = Stopwatch.StartNew();
            await Tools.ShellAsync(script, installation.ClientEnvironment, stop);
            return new Measure(watch.Elapsed.TotalSeconds);
        });
    }
}
