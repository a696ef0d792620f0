using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>One row in a hundred has changed, and a cursor column tells which.</summary>
sealed class Incremental : IBenchCase
{
    public string Name => "incremental";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        await run.FillAsync(ChangingRecords.Table, run.Options.Rows, cancellationToken);
        await installation.Source.ExecuteAsync($"create index on {ChangingRecords.Table} (updated_at)", cancellationToken);
        // Without an overlap of 10 minutes, so that every run reads the changes of its own round and no others.
        var yaml = PipelineYaml.Of(
            Name,
            [PipelineYaml.Object(ChangingRecords.Table, ChangingRecords.Table, "updated_at")],
            "  extract: { cursorLag: 1s, cursorOverlap: 1s }");
        await run.Headgate.ApplyAsync(Name, yaml, cancellationToken);
        await run.Headgate.RunAsync(Name, cancellationToken);
        await DestinationTable.ResetAsync(installation, installation.Peer, ChangingRecords.Table, ChangingRecords.Table, cancellationToken);

        var records = new ChangingRecords(installation);
        await run.ResetPeaksAsync(cancellationToken);
        IReadOnlyList<IContender> contenders =
            [new HeadgateChanges(run.Headgate, installation, Name, records), new PsqlChanges(installation, records)];
        var results = await run.Rounds.RunAsync(contenders, cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{run.Options.Rows:N0} rows, 1 % changed in each round, found by an indexed cursor column. "
                + "psql is told from when.",
            Results = results,
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }
}
