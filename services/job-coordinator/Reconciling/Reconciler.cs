using Headgate.Connectors;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Reconciling;

/// <summary>
/// Finds jobs that have waited too long and asks their sagas to send again what they wait for, but not while the destination's
/// ledger still moves: then the work is under way and only its reports are late.
/// </summary>
sealed partial class Reconciler(
    CoordinatorState state, DatabaseClock clock, FenceOpener fences, PipelineStore pipelines, ArmedDestinations armed, IBus bus,
    IOptions<CoordinatorOptions> options, ILogger<Reconciler> log) : BackgroundService
{
    const int Parallelism = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await clock.SetAsync(state.Source, stoppingToken);
                await Parallel.ForEachAsync(
                    await TakeDueAsync(stoppingToken),
                    new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken },
                    LookAtAsync);
                await OweBirthsAgainAsync(stoppingToken);
                await OweUnansweredAgainAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the broker is away: the next tick finds the same jobs.
                LogTickFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
            }
        }
    }

    // One job's destination that does not answer, or one row that cannot be read, is not the others' problem.
    async ValueTask LookAtAsync(WaitingJob job, CancellationToken cancellationToken)
    {
        try
        {
            if (job.Phase == nameof(JobPhase.Loading) && await LedgerMovedAsync(job, cancellationToken)) return;
            LogSendingAgain(job.JobId, job.State, job.Phase);
            await bus.SendTo(LaneOf(job), new ReconcileJob { JobId = job.JobId }, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogTickFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
        }
    }

    // Those that run may be thousands at once, and wait behind what their workers report; a stop that is asked for again waits for nobody.
    static string LaneOf(WaitingJob job) => job.Phase == nameof(JobPhase.Stopping) ? Lanes.JobCommands : Lanes.JobProgress;

    async Task<bool> LedgerMovedAsync(WaitingJob job, CancellationToken cancellationToken)
    {
        try
        {
            var destination = await pipelines.DestinationAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
            await using var fence = await fences.OpenAsync(destination);
            // The workers find no fence of their job elsewhere, or on a timeline from before it, and leave the segments alone: nobody else
            // would say why.
            var now = await fence.IdentifyAsync(cancellationToken);
            var changed = await armed.LookAsync(job.PipelineId, destination, now, arms: false, cancellationToken);
            var elsewhere = job.Destination is { } opened && now.Name != opened ? FenceOpener.Elsewhere(opened, now.Name) : null;
            if (changed is not null && elsewhere is null) await FailAsync(job, changed.Problem, cancellationToken);
            var mark = elsewhere is null
                ? (await fence.ReadLedgerAsync(job.JobId, job.Attempt, cancellationToken)).Sum(entry => entry.NextRow) : job.LedgerMark;
            await NoteAsync(job, mark, elsewhere, cancellationToken);
            return mark != job.LedgerMark && job.LedgerMark >= 0;
        }
        catch (ConnectorException)
        {
            // A destination that cannot be asked has not moved; sending again is safe.
            return false;
        }
    }

    Task FailAsync(WaitingJob job, Problem problem, CancellationToken cancellationToken) => bus.Publish(
        new StepFailed { JobId = job.JobId, Epoch = job.Epoch, Step = JobStep.Load, Problem = problem }, cancellationToken);

    // Of the epoch that was looked at: meanwhile the job may have been stopped and have gone on at another place.
    async Task NoteAsync(WaitingJob job, long mark, string? elsewhere, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.sync_job set ledger_mark = $2, waiting_for = case
                when state <> 'Processing' then waiting_for
                when $3::text is not null then $3
                when starts_with(waiting_for, $4) then null
                else waiting_for end
            where job_id = $1 and epoch = $5
            """);
        command.Parameters.AddWithValue(job.JobId);
        command.Parameters.AddWithValue(mark);
        command.Parameters.Add(new NpgsqlParameter { Value = elsewhere ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.AddWithValue(FenceOpener.ElsewhereBegins);
        command.Parameters.AddWithValue(job.Epoch);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Moved forward in the same statement, so that two coordinators do not look at the same job.
    async Task<List<WaitingJob>> TakeDueAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.sync_job j set wake_at = now() + $1
            from (select job_id from coordinator.sync_job where wake_at <= now() and not stop_unconfirmed order by wake_at limit 100 for update skip locked) due
            where j.job_id = due.job_id
            returning j.job_id, j.pipeline_id, j.pipeline_version, j.attempt, j.state, j.phase, j.ledger_mark, j.epoch, j.destination
            """);
        command.Parameters.AddWithValue(options.Value.StallAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<WaitingJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(new WaitingJob(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5), reader.GetInt64(6),
                reader.GetInt32(7), reader.IsDBNull(8) ? null : reader.GetString(8)));
        }

        return due;
    }

    // A pipeline that was claimed for a job which never came to be: the message that makes it was lost after it had been sent.
    async Task OweBirthsAgainAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.obligation o set done_at = null, not_before = now()
            from coordinator.pipeline p
            where o.done_at < now() - $1
              and (o.job_id = p.current_job_id and o.lane is not null
                   or o.job_id <> p.current_job_id and o.body -> 'successor' ->> 'jobId' = p.current_job_id::text)
              and not exists (select from coordinator.sync_job j where j.job_id = p.current_job_id)
            """);
        command.Parameters.AddWithValue(options.Value.StallAfter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // With growing distance, from StallAfter to about an hour: while no worker or notifier lives, its lane must not fill up with the same message.
    async Task OweUnansweredAgainAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.obligation set done_at = null, not_before = now(), tries = tries + 1
            where obligation_id in (
                select obligation_id from coordinator.obligation
                where awaits_answer and answered_at is null and done_at < now() - $1 * 2 ^ least(tries, 7)
                order by done_at limit 100)
            """);
        command.Parameters.AddWithValue(options.Value.StallAfter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    sealed record WaitingJob(Guid JobId, Guid PipelineId, int PipelineVersion, int Attempt, string State, string Phase, long LedgerMark, int Epoch,
        string? Destination);
}
