using Headgate.Connectors;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Faults;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>Moves the fence of a job's destination. The committed move alone confirms a launch or a stop.</summary>
sealed class MoveFenceConsumer(
    CoordinatorDbContext db, FenceOpener fences, PipelineStore pipelines, ArmedDestinations armed, IOptions<CoordinatorOptions> options,
    TimeProvider time) : IConsumer<MoveFence>
{
    public async Task Consume(ConsumeContext<MoveFence> context)
    {
        var move = context.Message;
        try
        {
            var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.CorrelationId == move.JobId, context.CancellationToken);
            // A move of an older epoch was overtaken by a later one; only the later one says where the fence is to stand.
            if (job is null || job.Epoch != move.Epoch) return;
            if (!move.Open && !move.EverLaunched) await PublishAsync(context, Nothing(), destination: null);
            else await MoveAsync(context, job);
        }
        catch (TargetTakenException taken)
        {
            await FailAsync(context, new Problem { Code = "target-taken", Sentence = taken.Message, Retryable = false });
        }
        catch (ConnectorException error) when (move.Open && !error.Problem.Retryable)
        {
            await FailAsync(context, error.Problem);
        }
        catch (ConnectorException error)
        {
            await DelayAsync(context, $"The fence could not be moved: {error.Message}", Away.Is(error.Problem));
        }
    }

    // Nothing can have been written in the name of a job for which no fence was opened: nobody is asked.
    FenceMoveResult.Moved Nothing() => new(new Dictionary<int, RecordCounts>(), time.GetUtcNow());

    async Task MoveAsync(ConsumeContext<MoveFence> context, SyncJob job)
    {
        var move = context.Message;
        var destination = await pipelines.DestinationAsync(job.PipelineId, job.PipelineVersion, context.CancellationToken);
        await using var fence = await fences.OpenAsync(destination);
        var name = "";
        var result = await fence.MoveAsync(
            Move(move, job),
            async found =>
            {
                name = found.Name;
                await AdmitAsync(job, move, destination, found, context.CancellationToken);
                await FaultPoint.ReachedAsync(FaultPoints.FenceNotMoved, move.Open ? "Open" : "Close");
            },
            context.CancellationToken);
        if (result is FenceMoveResult.Passed { IsOpenForJob: true }) throw Restored();
        if (result is FenceMoveResult.Passed && !move.Open) result = await StandingAsync(fence, move, context.CancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.FenceMoved, move.Open ? "Open" : "Close");
        await PublishAsync(context, result, name);
    }

    // Where the connection leads now, not where it led when the file was applied, or the fence was opened. A stop is confirmed on another
    // timeline too: it is raised there, and behind the old one no worker writes, as each compares. But the pipeline is marked.
    async Task AdmitAsync(SyncJob job, MoveFence move, SystemReference destination, DestinationIdentity found, CancellationToken cancellationToken)
    {
        var changed = await armed.LookAsync(job.PipelineId, destination, found, arms: move.Open, cancellationToken);
        if (job.Destination is { } opened && opened != found.Name) throw Elsewhere(opened, found.Name);
        if (!move.Open) return;
        if (changed is not null) throw new ConnectorException(changed.Problem);
        if (await UnconfirmedStops.AtAsync(db, found.Name) is { } unconfirmed) throw Unconfirmed(unconfirmed);
        await pipelines.ClaimAsync(job, found.Name, cancellationToken);
    }

    FenceMove Move(MoveFence move, SyncJob job) => new()
    {
        PipelineId = job.PipelineId,
        JobId = move.JobId,
        JobNo = move.JobNo,
        Attempt = move.Attempt,
        Epoch = move.Epoch,
        Open = move.Open,
        Force = move.Force,
        Writer = move.Writer,
        // What is waited for is to be known before the stop is late.
        Patience = options.Value.FencePatience < job.DrainDeadline / 2 ? options.Value.FencePatience : job.DrainDeadline / 2,
    };

    static Task PublishAsync(ConsumeContext<MoveFence> context, FenceMoveResult result, string? destination) => result switch
    {
        FenceMoveResult.Moved moved => context.Publish(new FenceMoved
        {
            JobId = context.Message.JobId,
            Epoch = context.Message.Epoch,
            Open = context.Message.Open,
            Destination = destination,
            Counts = moved.Counts,
            At = moved.At,
        }),
        FenceMoveResult.Held held => DelayAsync(context, held.Waiting, isAway: false),
        _ => FailAsync(context, new Problem { Code = "superseded", Sentence = "A later job of the pipeline was launched already.", Retryable = false }),
    };

    // The fence stands for a later job: this one cannot write any more, which is all that was asked.
    async Task<FenceMoveResult> StandingAsync(IFence fence, MoveFence move, CancellationToken cancellationToken)
    {
        var ledger = await fence.ReadLedgerAsync(move.JobId, move.Attempt, cancellationToken);
        var counts = ledger.GroupBy(entry => entry.ObjectNo)
            .ToDictionary(entries => entries.Key, entries => RecordCounts.Sum(entries.Select(entry => entry.Counts)));
        return new FenceMoveResult.Moved(counts, time.GetUtcNow());
    }

    static ConnectorException Elsewhere(string opened, string now) => new(new Problem
    {
        Code = "destination-changed",
        Sentence = FenceOpener.Elsewhere(opened, now),
        Retryable = true,
    });

    static ConnectorException Unconfirmed(Guid job) =>
        new(new Problem { Code = "stop-unconfirmed", Sentence = UnconfirmedStops.Sentence(job), Retryable = true });

    static ConnectorException Restored() => new(new Problem
    {
        Code = "state-restored",
        Sentence = "The fence stands open for this job at a later epoch than the state database knows, which was restored to an earlier point.",
        Retryable = true,
    });

    static Task FailAsync(ConsumeContext<MoveFence> context, Problem problem) => context.Publish(
        new StepFailed { JobId = context.Message.JobId, Epoch = context.Message.Epoch, Step = JobStep.Launch, Problem = problem });

    static Task DelayAsync(ConsumeContext<MoveFence> context, string waiting, bool isAway) => context.Publish(
        new FenceDelayed { JobId = context.Message.JobId, Epoch = context.Message.Epoch, Waiting = waiting, IsUnreachable = isAway });
}
