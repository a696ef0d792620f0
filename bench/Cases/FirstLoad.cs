using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>One large table into a database where it is not yet.</summary>
sealed class FirstLoad : IBenchCase
{
    const string Table = "public.records";

    public string Name => "first-load";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var expected = await run.RecordsAsync(cancellationToken);
        var bytes = await run.Installation.Source.ScalarAsync<long>($"select pg_relation_size('{Table}')", cancellationToken);
        var pipeline = await run.RecordsPipelineAsync(cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var results = await run.Rounds.RunAsync(Contend(run, pipeline, expected), cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{run.Options.Rows:N0} rows of 12 columns ({bytes / 1e6:0} MB) into a database where the table is not yet, "
                + "or empty with its key (copy-pipe, logical replication); the same rows and primary key afterwards.",
            Results = results,
            Targets =
            [
                Target.Faster(results, Contenders.CopyPipe, Contenders.Headgate, 0.8),
                Target.Faster(results, Contenders.DumpPipe, Contenders.Headgate, 1.2),
                Target.Faster(results, Contenders.PgLoader, Contenders.Headgate, 4),
            ],
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }

    static IReadOnlyList<IContender> Contend(CaseRun run, string pipeline, EndState expected)
    {
        var (installation, at) = (run.Installation, run.Installation.Destination);
        return
        [
            new HeadgateCopy(run.Headgate, at, pipeline, Table, expected),
            new ShellContender(Contenders.CopyPipe, installation, Table, expected, RecordsTable.Create(Table), Scripts.CopyPipe(Table)),
            new ShellContender(
                Contenders.CopyPipeIndexAfter, installation, Table, expected, RecordsTable.Create(Table, withKey: false),
                Scripts.CopyPipeIndexAfter(Table)),
            new ShellContender(Contenders.DumpPipe, installation, Table, expected, before: null, Scripts.DumpPipe(Table)),
            new LogicalReplication(installation, Table, expected),
            new PgLoader(installation, "public", "records", expected),
        ];
    }
}
