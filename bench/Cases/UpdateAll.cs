using Headgate.Bench.Batches;
using Headgate.Bench.Peers;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>Every row was changed at the source.</summary>
sealed class UpdateAll : IBenchCase
{
    const string Table = "public.records";
    const string Before = "public.records_before";

    public string Name => "update-all";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        var expected = await run.RecordsAsync(cancellationToken);
        await installation.Source.ExecuteAsync($"drop table if exists {Before}", cancellationToken);
        await installation.Source.ExecuteAsync(RecordsTable.Create(Before), cancellationToken);
        await installation.Source.ExecuteAsync($"insert into {Before} {RecordsTable.Before(Table)}", cancellationToken);
        var rows = await StagedRows.ReadAsync(installation.Source, Table, run.Options.Rows, cancellationToken);
        var subject = new UpsertSubject(Table, Before, expected, rows);
        var pipeline = await run.RecordsPipelineAsync(cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var results = await run.Rounds.RunAsync(
            [
                new HeadgateUpsert(installation, run.Headgate, pipeline, subject),
                new PsqlUpsert(installation, subject),
                new ConnectorBatches(installation, subject),
                new UnloggedBatches(installation, subject),
                new BlindBatches(installation, subject),
            ],
            cancellationToken);
        var report = new CaseReport
        {
            Name = Name,
            Description = $"{run.Options.Rows:N0} rows, each changed in 3 of 12 columns. Headgate and psql read the source, the batches are in "
                + $"memory beforehand: {StagedRows.BatchRows:N0} rows each, {StagedRows.Writers} writers. \"connector\" is Headgate's own code with "
                + "fence, ledger and change log; \"no log\" is SQL of the benchmark that does the same without change log; \"blind\" is "
                + "INSERT ... ON CONFLICT DO UPDATE alone.",
            Results = results,
            Targets = [Target.Slower(results, Contenders.ConnectorBatches, Contenders.UnloggedBatches, 1.5)],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
        await installation.Source.ExecuteAsync($"drop table {Before}", cancellationToken);
        return report;
    }
}
