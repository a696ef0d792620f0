using Headgate.Connectors;
using Headgate.Contracts.Steps;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Doubts;

/// <summary>
/// Asks destinations what became of the records that jobs which have ended left in doubt, until they have said so of each. Which are open the
/// database says: a coordinator that comes back goes on asking, and two of them ask in turns.
/// </summary>
sealed partial class DoubtResolver(
    CoordinatorState state, DatabaseClock clock, FenceOpener destinations, IOptions<CoordinatorOptions> options, ILogger<DoubtResolver> log)
    : BackgroundService
{
    const int AtOnce = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Parallel.ForEachAsync(
                    await DoubtfulJob.TakeDueAsync(state, options.Value.DoubtRetry, AtOnce, stoppingToken),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                    async (job, stop) => await AskAsync(job, stop));
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is away: the next tick finds the same jobs.
                LogTickFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
            }
        }
    }

    async Task AskAsync(DoubtfulJob job, CancellationToken cancellationToken)
    {
        try
        {
            await using var doubts = await destinations.OpenDoubtsAsync(job.PipelineId, job.PipelineVersion, cancellationToken)
                ?? throw new InvalidOperationException("A destination has counted records in doubt, and its connector keeps none.");
            await using var fence = await destinations.OpenAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
            var attempts = await job.AttemptsAsync(state, cancellationToken);
            foreach (var attempt in attempts)
            {
                if (!attempt.IsIn(await fence.ReadLedgerAsync(job.Id, attempt.Number, cancellationToken))) throw Elsewhere();
            }

            var open = await doubts.ResolveAsync(job.Id, cancellationToken);
            foreach (var attempt in attempts)
                await job.CountAsync(state, attempt.Number, await fence.ReadLedgerAsync(job.Id, attempt.Number, cancellationToken), cancellationToken);
            if (open == 0) await job.SettleAsync(state, cancellationToken);
            LogAsked(job.Id, open);
        }
        catch (ConnectorException error)
        {
            LogNotAsked(job.Id, error.Message);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, it is this job's: the others of this tick are asked all the same, and this one again when it is due.
            LogBroken(job.Id, error.GetType().Name, (error as PostgresException)?.SqlState);
        }
    }

    static ConnectorException Elsewhere() => new(new Problem
    {
        Code = "destination-changed",
        Sentence = "The destination's ledger lacks what this job has written: the connection leads elsewhere by now, or the destination was restored.",
        Retryable = true,
    });
}
