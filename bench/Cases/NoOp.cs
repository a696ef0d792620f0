using Headgate.Bench.Batches;
using Headgate.Bench.Peers;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>A full run in which nothing has changed.</summary>
sealed class NoOp : IBenchCase
{
    const string Table = "public.records";

    public string Name => "no-op";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        var expected = await run.RecordsAsync(cancellationToken);
        var rows = await StagedRows.ReadAsync(installation.Source, Table, run.Options.Rows, cancellationToken);
        var subject = new UpsertSubject(Table, Table, expected, rows);
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
        return new CaseReport
        {
            Name = Name,
            Description = $"A full run over {run.Options.Rows:N0} rows of which none has changed. Headgate and psql read the source, "
                + $"the batches are in memory beforehand: {StagedRows.BatchRows:N0} rows each, {StagedRows.Writers} writers, "
                + "through Headgate's connector, by SQL that does the same without change log, and blind.",
            Results = results,
            Targets =
            [
                Target.Slower(results, Contenders.Headgate, Contenders.PsqlUpsert, 0.7),
                Target.Slower(results, Contenders.ConnectorBatches, Contenders.BlindBatches, 0.7),
            ],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }
}
