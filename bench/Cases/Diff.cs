using Headgate.Bench.Batches;
using Headgate.Bench.Reporting;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>A million touched rows are compared with their source.</summary>
sealed class Diff : IBenchCase
{
    const int OneIn = 100;

    public string Name => "diff";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var (installation, subject) = (run.Installation, await run.RepairSubjectAsync(cancellationToken));
        await DestinationTable.ResetAsync(installation, installation.Destination, subject.Table, subject.Before, cancellationToken);
        var job = await run.Headgate.CompletedRunAsync(subject.Pipeline, cancellationToken);
        await installation.Destination.ExecuteAsync(
            $"update {subject.Table} set city = coalesce(city, '') || '!' where id % {OneIn} = 0", cancellationToken);
        await installation.Destination.ExecuteAsync($"vacuum (analyze) {subject.Table}", cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var differing = run.RepairedRows / OneIn;
        var results = await run.Rounds.RunAsync(
            [new HeadgateDiff(run.Headgate, job, differing), new PsqlDiff(installation, subject, differing)], cancellationToken);
        await installation.Destination.ExecuteAsync($"drop table {subject.Table}", cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{run.RepairedRows:N0} rows that a job has changed are compared with their source; one in {OneIn} was changed by "
                + "hand since. Headgate reads the source by the keys of its change log, with what each row was before; psql copies both "
                + "tables whole and joins them.",
            Results = results,
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }
}
