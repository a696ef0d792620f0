using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Starts;

/// <summary>
/// By what pipelines' runs start by themselves. What changes that raises the revision, and owes the scheduler word of it, in the
/// transaction that changes it.
/// </summary>
static class StartRules
{
    const string Select =
        """
        select p.pipeline_id, p.project, p.name, p.start_revision, case when not p.schedule_paused and p.deleted_at is null then v.schedule::text end,
               p.schedule_since, p.schedule_anchor, case when p.deleted_at is null then v.triggers::text end, p.deleted_at is not null, p.schedule_last_due
        from coordinator.pipeline p join coordinator.pipeline_version v on v.pipeline_id = p.pipeline_id and v.version = p.version
        """;

    /// <summary>After a version was added: where it is the first, or says something else of schedule or triggers than the one before.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update coordinator.pipeline p set
                start_revision = p.start_revision + case when b.version is null then 0 else 1 end,
                schedule_since = case when b.schedule is distinct from v.schedule then statement_timestamp() else p.schedule_since end,
                schedule_anchor = case when b.schedule is distinct from v.schedule then statement_timestamp() else p.schedule_anchor end
            from coordinator.pipeline_version v
            left join coordinator.pipeline_version b on b.pipeline_id = v.pipeline_id and b.version = v.version - 1
            where p.pipeline_id = $1 and v.pipeline_id = p.pipeline_id and v.version = p.version
              and (b.version is null or b.schedule is distinct from v.schedule or b.triggers is distinct from v.triggers)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0) await OweAsync(connection, pipeline, cancellationToken);
    }

    /// <summary>After a pipeline was deleted.</summary>
    public static async Task DeleteAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "update coordinator.pipeline set start_revision = start_revision + 1, schedule_since = clock_timestamp() where pipeline_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await OweAsync(connection, pipeline, cancellationToken);
    }

    /// <summary>Switches a schedule off or on. What has come due until then is not started any more, either way.</summary>
    /// <returns>False: it stands so already, or the pipeline is deleted.</returns>
    public static async Task<bool> SwitchAsync(
        NpgsqlConnection connection, Guid pipeline, bool paused, string actor, string? reason, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update coordinator.pipeline set
                schedule_paused = $2, schedule_switched_by = $3, schedule_switch_reason = $4, schedule_switched_at = clock_timestamp(),
                schedule_paused_at = case when $2 then clock_timestamp() else schedule_paused_at end,
                schedule_paused_by = case when $2 then $3 else schedule_paused_by end,
                schedule_since = clock_timestamp(), start_revision = start_revision + 1, updated_at = now()
            where pipeline_id = $1 and schedule_paused <> $2 and deleted_at is null
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = paused });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reason });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0) return false;
        await OweAsync(connection, pipeline, cancellationToken);
        return true;
    }

    /// <summary>Those of the next pipelines by id, deleted ones too.</summary>
    public static async Task<List<StartRulesChanged>> PageAsync(
        NpgsqlConnection connection, Guid? after, int count, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Select} where p.pipeline_id > $1 order by p.pipeline_id limit $2", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        return await command.ListAsync(Read, cancellationToken);
    }

    static async Task OweAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var reading = new NpgsqlCommand($"{Select} where p.pipeline_id = $1", connection);
        reading.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        var rules = (await reading.ListAsync(Read, cancellationToken)).Single();
        await using var owing = new NpgsqlCommand(
            "insert into coordinator.obligation (obligation_id, pipeline_id, message, lane, body) values ($1, $2, $3, $4, $5::jsonb)", connection);
        owing.Parameters.AddWithValue(Guid.CreateVersion7());
        owing.Parameters.AddWithValue(pipeline);
        owing.Parameters.AddWithValue(typeof(StartRulesChanged).FullName!);
        owing.Parameters.AddWithValue(Lanes.Rules);
        owing.Parameters.AddWithValue(JsonSerializer.Serialize(rules, PipelineJson.Options));
        await owing.ExecuteNonQueryAsync(cancellationToken);
    }

    static StartRulesChanged Read(NpgsqlDataReader row) => new()
    {
        PipelineId = row.GetGuid(0),
        Project = row.GetString(1),
        Pipeline = row.GetString(2),
        Revision = row.GetInt32(3),
        Schedule = row.Text(4) is { } schedule ? JsonSerializer.Deserialize<ScheduleDefinition>(schedule, PipelineJson.Options) : null,
        Since = row.GetFieldValue<DateTimeOffset>(5),
        Anchor = row.GetFieldValue<DateTimeOffset>(6),
        Triggers = row.Text(7) is { } triggers ? JsonSerializer.Deserialize<TriggerDefinition[]>(triggers, PipelineJson.Options)! : [],
        Deleted = row.GetBoolean(8),
        LastDue = row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
    };
}
