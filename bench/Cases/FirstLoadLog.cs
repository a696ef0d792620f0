using Headgate.Bench.Batches;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>What the change log costs a first load, which is logged by key and hash.</summary>
sealed class FirstLoadLog : IBenchCase
{
    const string Table = "public.records";
    const string Nothing = "public.records_nothing";

    public string Name => "first-load-log";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var installation = run.Installation;
        var expected = await run.RecordsAsync(cancellationToken);
        await installation.Source.ExecuteAsync($"drop table if exists {Nothing}", cancellationToken);
        await installation.Source.ExecuteAsync(RecordsTable.Create(Nothing), cancellationToken);
        var rows = await StagedRows.ReadAsync(installation.Source, Table, run.Options.Rows, cancellationToken);
        var subject = new UpsertSubject(Table, Nothing, expected, rows);
        var results = await run.Rounds.RunAsync(
            [new ConnectorBatches(installation, subject, intoEmpty: true), new UnloggedBatches(installation, subject, intoEmpty: true)],
            cancellationToken);
        await installation.Source.ExecuteAsync($"drop table {Nothing}", cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{run.Options.Rows:N0} rows into an empty table with its key, in memory beforehand: {StagedRows.BatchRows:N0} rows a "
                + $"batch, {StagedRows.Writers} writers. \"connector\" is Headgate's own code with fence, ledger and change log; \"no log\" is "
                + "SQL of the benchmark that copies the same batches with a ledger and without change log.",
            Results = results,
        };
    }
}
