using Headgate.Bench.Peers;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>One table of very many columns.</summary>
sealed class Wide : IBenchCase
{
    const long MostRows = 100_000;

    public string Name => "wide";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        var rows = Math.Min(MostRows, run.Options.Rows);
        run.Say($"  {WideTable.Name} is filled with {rows:N0} rows ...");
        var expected = await WideTable.FillAsync(installation.Source, rows, cancellationToken);
        await run.Headgate.ApplyAsync(Name, PipelineYaml.Of(Name, [PipelineYaml.Object(WideTable.Name, WideTable.Name)]), cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var results = await run.Rounds.RunAsync(
            [
                new HeadgateCopy(run.Headgate, installation.Destination, Name, WideTable.Name, expected),
                new ShellContender(Contenders.CopyPipe, installation, WideTable.Name, expected, WideTable.Create, Scripts.CopyPipe(WideTable.Name)),
                new ShellContender(Contenders.DumpPipe, installation, WideTable.Name, expected, before: null, Scripts.DumpPipe(WideTable.Name)),
            ],
            cancellationToken);
        var bytes = await installation.Source.ScalarAsync<long>($"select pg_table_size('{WideTable.Name}')", cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"First load of a table of {WideTable.Columns} columns and {rows:N0} rows ({bytes / 1e6:0} MB).",
            Results = results,
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }
}
