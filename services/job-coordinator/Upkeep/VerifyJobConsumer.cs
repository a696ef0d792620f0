using Headgate.Connectors;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Upkeep;

/// <summary>Compares what was staged with what the destination's ledger says was taken, segment by segment.</summary>
sealed class VerifyJobConsumer(CoordinatorDbContext db, FenceOpener fences) : IConsumer<VerifyJob>
{
    public async Task Consume(ConsumeContext<VerifyJob> context)
    {
        var (jobId, epoch) = (context.Message.JobId, context.Message.Epoch);
        try
        {
            var job = await db.Jobs.AsNoTracking().SingleAsync(row => row.CorrelationId == jobId, context.CancellationToken);
            await using var fence = await fences.OpenAsync(job.PipelineId, job.PipelineVersion, context.CancellationToken);
            var ledger = await fence.ReadLedgerAsync(jobId, job.Attempt, context.CancellationToken);
            var difference = await DifferenceAsync(jobId, job.Attempt, ledger);
            await FaultPoint.ReachedAsync(FaultPoints.JobCompared);
            if (difference is null) await context.Publish(new JobVerified { JobId = jobId, Epoch = epoch });
            else await FailAsync(context, new Problem { Code = "not-accounted-for", Sentence = difference, Retryable = false });
        }
        catch (ConnectorException error)
        {
            await FailAsync(context, error.Problem);
        }
    }

    async Task<string?> DifferenceAsync(Guid jobId, int attempt, IReadOnlyList<LedgerEntry> ledger)
    {
        var taken = ledger.ToDictionary(entry => (entry.ObjectNo, entry.SegmentNo), entry => entry.NextRow);
        var staged = await db.Database.SqlQuery<StagedSegment>(
            $"""
             select object_no, segment_no, rows from coordinator.job_segment
             where job_id = {jobId} and attempt = {attempt} and state <> 'Abandoned' order by object_no, segment_no
             """).ToListAsync();
        var wrong = staged.FirstOrDefault(segment => segment.rows != taken.GetValueOrDefault((segment.object_no, segment.segment_no)));
        return wrong is null
            ? null
            : $"Object {wrong.object_no}, segment {wrong.segment_no}: {wrong.rows} records were staged, the ledger has taken "
              + $"{taken.GetValueOrDefault((wrong.object_no, wrong.segment_no))}.";
    }

    static Task FailAsync(ConsumeContext<VerifyJob> context, Problem problem) => context.Publish(
        new StepFailed { JobId = context.Message.JobId, Epoch = context.Message.Epoch, Step = JobStep.Verify, Problem = problem });
}

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

sealed record StagedSegment(int object_no, int segment_no, long rows);
