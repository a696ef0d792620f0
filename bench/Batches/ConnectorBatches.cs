using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Stack;
using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Fencing;

namespace Headgate.Bench.Batches;

/// <summary>Batches through Headgate's connector, as a worker writes them: fence, ledger, upsert or copy, change log, audit row.</summary>
/// <param name="installation">Where.</param>
/// <param name="subject">What.</param>
/// <param name="intoEmpty">Copied, as into a table that a job has found empty, and logged by key and hash. Default: upserted.</param>
sealed class ConnectorBatches(Installation installation, UpsertSubject subject, bool intoEmpty = false)
    : UpsertContender(intoEmpty ? Contenders.ConnectorCopies : Contenders.ConnectorBatches, installation, installation.Peer, subject)
{
    JobTicket _job = null!;
    ObjectPlan _plan = null!;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await base.PrepareAsync(cancellationToken);
        _job = new JobTicket { PipelineId = Guid.NewGuid(), JobId = Guid.NewGuid(), Attempt = 1, Epoch = 1 };
        await using var fence = new PostgresFence(Destination.ConnectionString);
        var moved = await fence.MoveAsync(
            new FenceMove
            {
                PipelineId = _job.PipelineId,
                JobId = _job.JobId,
                JobNo = 1,
                Attempt = _job.Attempt,
                Epoch = _job.Epoch,
                Open = true,
            },
            cancellationToken);
        if (moved is not FenceMoveResult.Moved) throw new BenchException($"The fence of the measured batches was not moved: {moved}.");
        _plan = await RecordsPlan.OfAsync(Destination, Table, cancellationToken) with { DirectCopy = intoEmpty };
    }

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        await using var destination = new PostgresDestination(Destination.ConnectionString);
        var watch = Stopwatch.StartNew();
        await Subject.Rows.WriteAsync(async (segment, batches) =>
        {
            var ticket = new SegmentTicket
            {
                Job = _job,
                ObjectNo = _plan.ObjectNo,
                SegmentNo = segment,
                Rows = batches.Sum(b => (long)b.Rows),
                Empty = intoEmpty,
                MaxRejects = 0,
            };
            foreach (var batch in batches)
            {
                await using var transaction = await destination.BeginBatchAsync(ticket, _plan, cancellationToken);
                await transaction.WriteAsync(batch, cancellationToken);
                await transaction.CommitAsync();
            }
        });
        return new Measure(watch.Elapsed.TotalSeconds);
    }
}
