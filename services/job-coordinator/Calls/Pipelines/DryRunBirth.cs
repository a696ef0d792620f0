using System.Text.Json;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>
/// Makes a dry run's job, in the transaction that its call is answered in. The row is there with the answer; what sets it going is owed. A
/// pipeline's row says which job is active, and stays as it is.
/// </summary>
/// <param name="connection">In that transaction.</param>
/// <param name="id">The job's.</param>
/// <param name="sample">What it reads.</param>
/// <param name="actor">Who asks for it.</param>
/// <param name="reason">Why; empty: nobody has said.</param>
/// <param name="at">When.</param>
/// <param name="patience">How long it may wait before it is asked again what it waits for.</param>
sealed class DryRunBirth(
    NpgsqlConnection connection, Guid id, Sample sample, string actor, string reason, DateTimeOffset at, TimeSpan patience)
{
    /// <summary>Of the version in force; whatever the pipeline's state.</summary>
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND: it was deleted meanwhile.</exception>
    public async Task<JobRow> OfPipelineAsync(PipelineRecord pipeline, CancellationToken cancellationToken)
    {
        await LockedPipeline.LockAsync(connection, pipeline, cancellationToken);
        return await AcceptAsync(pipeline.Id, pipeline.Version, pipeline.Project, pipeline.Name, cancellationToken);
    }

    /// <summary>
    /// Of a file that is not applied. Its pipeline is one that was deleted before it began: a version is where jobs have their definition, and
    /// nothing starts of it or claims a table for it.
    /// </summary>
    public async Task<JobRow> OfFileAsync(PipelineToApply file, CancellationToken cancellationToken)
    {
        var pipeline = Guid.CreateVersion7();
        await ExecuteAsync(
            "insert into coordinator.pipeline (pipeline_id, project, name, version, deleted_at) values ($1, $2, $3, 1, now())",
            cancellationToken, pipeline, file.Definition.Project, file.Definition.Name);
        await ExecuteAsync(
            """
            insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by, reason, file_name, document)
            values ($1, 1, $2::jsonb, $3, nullif($4, ''), $5, $6)
            """,
            cancellationToken, pipeline, JsonSerializer.Serialize(file.Definition, PipelineJson.Options), actor, reason, file.FileName,
            file.Document);
        return await AcceptAsync(pipeline, 1, file.Definition.Project, file.Definition.Name, cancellationToken);
    }

    /// <summary>What a run of the job's version would do to rows that the source does not have any more.</summary>
    public async Task<OnVanished> OnVanishedAsync(JobRow job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select definition ->> 'onVanished' from coordinator.pipeline_version where pipeline_id = $1 and version = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.PipelineVersion });
        return await command.ExecuteScalarAsync(cancellationToken) is string text ? Enum.Parse<OnVanished>(text, ignoreCase: true) : OnVanished.Keep;
    }

    async Task<JobRow> AcceptAsync(Guid pipeline, int version, string project, string name, CancellationToken cancellationToken)
    {
        var accept = new AcceptJob
        {
            JobId = id,
            JobNo = await NumberAsync(cancellationToken),
            PipelineId = pipeline,
            PipelineVersion = version,
            Project = project,
            Pipeline = name,
            Kind = JobKind.DryRun,
            Trigger = TriggerKind.SyncNow,
            Actor = actor,
            Reason = reason.Length > 0 ? reason : null,
            At = at,
            Sample = sample,
        };
        // What sets it going may be lost once it was sent, and no pipeline was claimed for the job by which that would be found.
        await ExecuteAsync(
            """
            insert into coordinator.sync_job
                (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, trigger_reason, attempt, epoch, phase,
                 sample, created_at, wake_at)
            values ($1, 'Pending', $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 0, 'None', $11::jsonb, $12, now() + $13)
            """,
            cancellationToken, id, accept.JobNo, pipeline, version, project, name, accept.Kind.ToString(), accept.Trigger.ToString(), actor,
            accept.Reason, JsonSerializer.Serialize(sample, PipelineJson.Options), at, patience);
        await ExecuteAsync(
            "insert into coordinator.obligation (obligation_id, job_id, message, lane, body) values ($1, $2, $3, $4, $5::jsonb)",
            cancellationToken, Guid.CreateVersion7(), id, typeof(AcceptJob).FullName, Lanes.JobCommands,
            JsonSerializer.Serialize(accept, PipelineJson.Options));
        return Row(accept);
    }

    async Task<long> NumberAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select nextval('coordinator.job_no')", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            // What may be left out is a text everywhere here.
            command.Parameters.Add(value is null ? new NpgsqlParameter<string?> { TypedValue = null } : new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // As it stands once the transaction is committed.
    static JobRow Row(AcceptJob accept) => new()
    {
        Id = accept.JobId,
        Project = accept.Project,
        Pipeline = accept.Pipeline,
        PipelineId = accept.PipelineId,
        PipelineVersion = accept.PipelineVersion,
        Kind = accept.Kind,
        State = nameof(SyncJobStateMachine.Pending),
        Attempt = 1,
        Epoch = 0,
        Trigger = accept.Trigger,
        Actor = accept.Actor,
        TriggerReason = accept.Reason,
        Counts = new RecordCounts(),
        Created = accept.At,
        Changed = 0,
    };
}
