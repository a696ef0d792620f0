using Headgate.Bench.Batches;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>A million changed rows are put back.</summary>
sealed class Rollback : IBenchCase
{
    public string Name => "rollback";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var subject = await run.RepairSubjectAsync(cancellationToken);
        await run.ResetPeaksAsync(cancellationToken);
        var results = await run.Rounds.RunAsync(
            [new HeadgateRollback(run.Installation, run.Headgate, subject), new PsqlRollback(run.Installation, subject)],
            cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"{run.RepairedRows:N0} rows, each changed in 3 of 12 columns by a job, are put back as they were. Headgate goes by "
                + "its change log, leaves what somebody has changed since, can be stopped, and logs what it does; psql is one UPDATE from a "
                + "table that has before and after.",
            Results = results,
            PeakMegabytes = await run.PeaksAsync(cancellationToken),
        };
    }
}
