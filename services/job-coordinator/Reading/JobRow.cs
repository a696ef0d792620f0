using System.Globalization;
using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>A job as it was read, with what its version of the pipeline file says about it.</summary>
sealed record JobRow
{
    /// <summary>Of the row as j and the version as v.</summary>
    public const string Columns =
        """
        j.job_id, j.project, j.pipeline, j.pipeline_id, j.pipeline_version, j.kind, j.state, j.request_id, j.attempt, j.epoch,
        j.trigger, j.trigger_detail, j.actor, j.trigger_reason, j.resume_to, j.intent, j.mode, j.stop_actor, j.stop_reason,
        j.stop_requested_at, j.stop_confirmed_at, j.stop_cause, j.stop_unconfirmed, j.waiting_for, j.error, j.error_code, j.estimated, j.extracted, j.written, j.inserted,
        j.updated, j.unchanged, j.rejected, j.deleted, j.vanished, j.in_doubt, j.created_at, j.started_at, j.launched_at, j.finished_at, j.deleted_at, j.changed, j.of_job_id, j.log_purged_at, j.missing,
        coalesce(j.max_rows_per_second, (v.load ->> 'maxRowsPerSecond')::bigint), v.cancel ->> 'drainDeadline',
        j.stop_requested_at is not null
            and exists (select from coordinator.job_stop s where s.job_id = j.job_id and s.epoch = j.epoch and s.at_once),
        case when j.finished_at is not null then j.successor_id else (
            select p.successor_run_id from coordinator.pipeline p where p.pipeline_id = j.pipeline_id and p.current_job_id = j.job_id) end,
        j.guard_cause, case when j.guard_trips > 0 then (
            select jsonb_agg(jsonb_build_object(
                       'guard', g.guard, 'measure', g.measure, 'action', g.action, 'observed', g.observed, 'allowed', g.allowed, 'object', g.object,
                       'field', g.field, 'sentence', g.sentence, 'cause', g.cause, 'at', g.at, 'passedBy', g.passed_by,
                       'passedReason', g.passed_reason, 'passedAt', g.passed_at) order by g.at)::text
            from coordinator.guard_judgement g where g.job_id = j.job_id and g.attempt = j.attempt and g.outcome = 'Tripped') end
        """;

    /// <summary>Beside j. One that is limited is looked up for each row, whatever the planner thinks of how many there are.</summary>
    public const string WithVersion =
        """
        left join lateral (select load, cancel from coordinator.pipeline_version v
                           where v.pipeline_id = j.pipeline_id and v.version = j.pipeline_version limit 1) v on true
        """;

    public required Guid Id { get; init; }

    public required string Project { get; init; }

    public required string Pipeline { get; init; }

    public required Guid PipelineId { get; init; }

    public required int PipelineVersion { get; init; }

    public required JobKind Kind { get; init; }

    public required string State { get; init; }

    public Guid? RequestId { get; init; }

    public required int Attempt { get; init; }

    public required int Epoch { get; init; }

    public required TriggerKind Trigger { get; init; }

    public string? TriggerDetail { get; init; }

    public required string Actor { get; init; }

    public string? TriggerReason { get; init; }

    public string? ResumeTo { get; init; }

    public StopIntent? Intent { get; init; }

    public CancelMode? Mode { get; init; }

    public string? StopActor { get; init; }

    public string? StopReason { get; init; }

    public DateTimeOffset? StopRequested { get; init; }

    public DateTimeOffset? StopConfirmed { get; init; }

    /// <summary>Null: recorded before causes were.</summary>
    public StopCause? StopCause { get; init; }

    public bool StopUnconfirmed { get; init; }

    public string? WaitingFor { get; init; }

    public string? Error { get; init; }

    public string? ErrorCode { get; init; }

    public long? Estimated { get; init; }

    public required RecordCounts Counts { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Launched { get; init; }

    public DateTimeOffset? Finished { get; init; }

    public DateTimeOffset? Deleted { get; init; }

    /// <summary>The transaction that wrote it last: with the id it names what is in here.</summary>
    public required ulong Changed { get; init; }

    /// <summary>The job that it repairs; null: it is no repair.</summary>
    public Guid? OfJobId { get; init; }

    /// <summary>When its change log was removed; null: it is there, if the job was launched.</summary>
    public DateTimeOffset? LogPurged { get; init; }

    /// <summary>Of a replay: records that the earlier job touched and the source does not have.</summary>
    public long Missing { get; init; }

    public long? MaxRowsPerSecond { get; init; }

    public TimeSpan? DrainDeadline { get; init; }

    /// <summary>Whether its last stop had nothing to wait for.</summary>
    public bool StoppedAtOnce { get; init; }

    /// <summary>The run that waits for it to end, or that was started by its end; null: none.</summary>
    public Guid? SuccessorId { get; init; }

    /// <summary>What the last guard that has tripped says of the cause; null: none has, or it was let pass.</summary>
    public CancelCause? GuardCause { get; init; }

    /// <summary>Guards that have tripped in the present attempt, the latest last.</summary>
    public IReadOnlyList<GuardTripRow> GuardTrips { get; init; } = [];

    public JobKey Key => new(Created, Id);

    /// <summary>The same as <see cref="JobStates.IsActive"/>.</summary>
    public bool IsActive => JobStates.Active.Contains(State) && ResumeTo != nameof(SyncJobStateMachine.Collecting) && Kind != JobKind.DryRun;

    /// <summary>Reads the columns, of which the first is at the place given.</summary>
    public static JobRow Read(NpgsqlDataReader row, int first)
    {
        var at = first;
        return new JobRow
        {
            Id = row.GetGuid(at++),
            Project = row.GetString(at++),
            Pipeline = row.GetString(at++),
            PipelineId = row.GetGuid(at++),
            PipelineVersion = row.GetInt32(at++),
            Kind = Enum.Parse<JobKind>(row.GetString(at++)),
            State = row.GetString(at++),
            RequestId = row.Value<Guid>(at++),
            Attempt = row.GetInt32(at++),
            Epoch = row.GetInt32(at++),
            Trigger = Enum.Parse<TriggerKind>(row.GetString(at++)),
            TriggerDetail = row.Text(at++),
            Actor = row.GetString(at++),
            TriggerReason = row.Text(at++),
            ResumeTo = row.Text(at++),
            Intent = row.Text(at++) is { } intent ? Enum.Parse<StopIntent>(intent) : null,
            Mode = row.Text(at++) is { } mode ? Enum.Parse<CancelMode>(mode) : null,
            StopActor = row.Text(at++),
            StopReason = row.Text(at++),
            StopRequested = row.Value<DateTimeOffset>(at++),
            StopConfirmed = row.Value<DateTimeOffset>(at++),
            StopCause = row.Text(at++) is { } cause ? Enum.Parse<StopCause>(cause) : null,
            StopUnconfirmed = row.GetBoolean(at++),
            WaitingFor = row.Text(at++),
            Error = row.Text(at++),
            ErrorCode = row.Text(at++),
            Estimated = row.Value<long>(at++),
            Counts = new RecordCounts
            {
                Extracted = row.GetInt64(at++),
                Written = row.GetInt64(at++),
                Inserted = row.GetInt64(at++),
                Updated = row.GetInt64(at++),
                Unchanged = row.GetInt64(at++),
                Rejected = row.GetInt64(at++),
                Deleted = row.GetInt64(at++),
                Vanished = row.GetInt64(at++),
                InDoubt = row.GetInt64(at++),
            },
            Created = row.GetFieldValue<DateTimeOffset>(at++),
            Started = row.Value<DateTimeOffset>(at++),
            Launched = row.Value<DateTimeOffset>(at++),
            Finished = row.Value<DateTimeOffset>(at++),
            Deleted = row.Value<DateTimeOffset>(at++),
            Changed = row.GetFieldValue<ulong>(at++),
            OfJobId = row.Value<Guid>(at++),
            LogPurged = row.Value<DateTimeOffset>(at++),
            Missing = row.GetInt64(at++),
            MaxRowsPerSecond = row.Value<long>(at++),
            DrainDeadline = row.Text(at++) is { } deadline ? TimeSpan.Parse(deadline, CultureInfo.InvariantCulture) : null,
            StoppedAtOnce = row.GetBoolean(at++),
            SuccessorId = row.Value<Guid>(at++),
            GuardCause = row.Text(at++) is { } guardCause ? Enum.Parse<CancelCause>(guardCause) : null,
            GuardTrips = row.Text(at) is { } trips ? JsonSerializer.Deserialize<IReadOnlyList<GuardTripRow>>(trips, PipelineJson.Options)! : [],
        };
    }
}
