using Headgate.JobCoordinator.Starts;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>A pipeline as it was read, with what the version in force says in short.</summary>
sealed record PipelineRecord
{
    /// <summary>Of the pipeline as p and its version as v.</summary>
    public const string Columns =
        """
        p.pipeline_id, p.project, p.name, p.state, p.version, p.failures, p.created_at, v.applied_at, v.applied_by,
        concat_ws(' ', v.source ->> 'connector', v.source ->> 'connection'), concat_ws(' ', v.destination ->> 'connector', v.destination ->> 'connection'),
        v.schedule::text, v.max_failures, v.object_count, p.deleted_at,
        p.schedule_paused, p.schedule_switched_by, p.schedule_switch_reason, p.schedule_switched_at, p.schedule_since, p.schedule_anchor
        """;

    /// <summary>Beside p.</summary>
    public const string WithVersion =
        """
        cross join lateral (select applied_at, applied_by, source, destination, schedule, max_failures, object_count
                            from coordinator.pipeline_version v where v.pipeline_id = p.pipeline_id and v.version = p.version limit 1) v
        """;

    public required Guid Id { get; init; }

    public required string Project { get; init; }

    public required string Name { get; init; }

    public required string State { get; init; }

    public required int Version { get; init; }

    public required int Failures { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Applied { get; init; }

    public required string AppliedBy { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    /// <summary>As JSON; null: it has none.</summary>
    public string? Schedule { get; init; }

    public required int MaxFailures { get; init; }

    public required int ObjectCount { get; init; }

    public DateTimeOffset? Deleted { get; init; }

    public required bool SchedulePaused { get; init; }

    /// <summary>Null: nobody.</summary>
    public string? ScheduleSwitchedBy { get; init; }

    public string? ScheduleSwitchReason { get; init; }

    public DateTimeOffset? ScheduleSwitched { get; init; }

    public required DateTimeOffset ScheduleSince { get; init; }

    public required DateTimeOffset ScheduleAnchor { get; init; }

    /// <summary>When the next run comes due, or why none does.</summary>
    public NextRun NextRun(DateTimeOffset now) =>
        Starts.NextRun.Of(NextRuns.Schedule(Schedule), SchedulePaused, State, ScheduleSince, ScheduleAnchor, now);

    public static PipelineRecord Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Project = row.GetString(1),
        Name = row.GetString(2),
        State = row.GetString(3),
        Version = row.GetInt32(4),
        Failures = row.GetInt32(5),
        Created = row.GetFieldValue<DateTimeOffset>(6),
        Applied = row.GetFieldValue<DateTimeOffset>(7),
        AppliedBy = row.GetString(8),
        Source = row.GetString(9),
        Destination = row.GetString(10),
        Schedule = row.Text(11),
        MaxFailures = row.GetInt32(12),
        ObjectCount = row.GetInt32(13),
        Deleted = row.Value<DateTimeOffset>(14),
        SchedulePaused = row.GetBoolean(15),
        ScheduleSwitchedBy = row.Text(16),
        ScheduleSwitchReason = row.Text(17),
        ScheduleSwitched = row.Value<DateTimeOffset>(18),
        ScheduleSince = row.GetFieldValue<DateTimeOffset>(19),
        ScheduleAnchor = row.GetFieldValue<DateTimeOffset>(20),
    };
}
