using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Starts;
using Npgsql;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>Reads what recovery goes by. A few rows of a job each; it is asked for by people.</summary>
sealed class RecoveryQueries(CoordinatorState state)
{
    const string Counts =
        """
        sum(a.inserted)::bigint as inserted, sum(a.updated)::bigint as updated, sum(a.deleted)::bigint as deleted,
        sum(a.vanished)::bigint as vanished, sum(a.rejected)::bigint as rejected
        """;

    static readonly string[] Mapping = ["source", "destination", "objects", "onVanished"];

    /// <summary>When a job's log was removed, and what its earlier attempts have changed.</summary>
    public async Task<(DateTimeOffset? LogRemoved, RecordCounts Earlier)> WrittenAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             select j.log_purged_at, e.inserted, e.updated, e.deleted, e.vanished, e.rejected
             from coordinator.sync_job j
             cross join lateral (select {Counts} from coordinator.job_attempt a where a.job_id = j.job_id) e
             where j.job_id = $1
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        return (await command.ListAsync(row => (row.Value<DateTimeOffset>(0), CountsOf(row, 1)), cancellationToken)).Single();
    }

    /// <summary>A job's pipeline, also where it was deleted since.</summary>
    public async Task<RecoveryPipeline> PipelineAsync(JobRow job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             select p.state, p.deleted_at is not null, p.version, v.applied_at, v.applied_by, {Mapped("v")} <> {Mapped("o")},
                    (v.definition -> 'guards')::text, (o.definition -> 'guards')::text, v.schedule::text,
                    v.triggers is not null and v.triggers <> '[]', p.schedule_paused, p.schedule_switched_at, p.schedule_switched_by,
                    p.schedule_paused_at, p.schedule_paused_by, p.schedule_since, p.schedule_anchor, clock_timestamp()
             from coordinator.pipeline p
             join coordinator.pipeline_version v on v.pipeline_id = p.pipeline_id and v.version = p.version
             join coordinator.pipeline_version o on o.pipeline_id = p.pipeline_id and o.version = $2
             where p.pipeline_id = $1
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.PipelineVersion });
        return (await command.ListAsync(row => PipelineOf(row, $"{job.Project}/{job.Pipeline}"), cancellationToken)).Single();
    }

    /// <summary>Replays and rollbacks of a job, the first one first.</summary>
    public async Task<List<RecoveryJob>> RepairsAsync(JobRow job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             select r.job_id, r.kind, r.state, r.actor, r.created_at, r.finished_at, r.scope::text, {Mapped("v")} = {Mapped("o")},
                    c.inserted, c.updated, c.deleted, c.vanished, c.rejected, r.missing
             from coordinator.sync_job r
             join coordinator.pipeline_version v on v.pipeline_id = r.pipeline_id and v.version = r.pipeline_version
             join coordinator.pipeline_version o on o.pipeline_id = r.pipeline_id and o.version = $2
             cross join lateral (
                 select {Counts} from (
                     select r.inserted, r.updated, r.deleted, r.vanished, r.rejected
                     union all
                     select inserted, updated, deleted, vanished, rejected from coordinator.job_attempt where job_id = r.job_id) a) c
             where r.of_job_id = $1 order by r.created_at, r.job_no
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.PipelineVersion });
        var repairs = await command.ListAsync(
            row => JobOf(row) with
            {
                Scope = JsonSerializer.Deserialize<RepairOf>(row.GetString(6), PipelineJson.Options),
                MapsAsBefore = row.GetBoolean(7),
                Counts = CountsOf(row, 8),
                Missing = row.GetInt64(13),
            },
            cancellationToken);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        var undone = await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken);
        return [.. repairs.Select(repair => repair with { IsUndone = undone.Contains(repair.Id) })];
    }

    /// <summary>
    /// The dry run that counts, of those since the job of what the file in force maps, also of one that was not applied yet and has a
    /// pipeline of its own for that: one that has come to its end, or else the last one.
    /// </summary>
    public async Task<RecoveryJob?> DryRunAsync(JobRow job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             select d.job_id, d.kind, d.state, d.actor, d.created_at, d.finished_at
             from coordinator.pipeline p
             join coordinator.pipeline_version v on v.pipeline_id = p.pipeline_id and v.version = p.version
             join coordinator.pipeline n on n.project = p.project and n.name = p.name
             join coordinator.sync_job d on d.pipeline_id = n.pipeline_id and d.kind = 'DryRun' and d.created_at > $2
             join coordinator.pipeline_version o on o.pipeline_id = d.pipeline_id and o.version = d.pipeline_version
             where p.pipeline_id = $1 and {Mapped("o")} = {Mapped("v")}
             order by d.state = 'Completed' desc, d.created_at desc limit 1
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = job.Created });
        return (await command.ListAsync(JobOf, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Guards that have tripped on a job, each measure as it did last.</summary>
    public async Task<List<RecoveryTrip>> TripsAsync(Guid job, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select distinct on (guard, measure) guard, measure, allowed, observed, action = 'Notify'
            from coordinator.guard_judgement where job_id = $1 and outcome = 'Tripped' order by guard, measure, attempt desc
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job });
        return await command.ListAsync(
            row => new RecoveryTrip(row.GetString(0), row.GetString(1), row.GetDouble(2), row.GetDouble(3), row.GetBoolean(4)), cancellationToken);
    }

    // What a version reads and writes; not when, how fast, or who is told.
    static string Mapped(string version) =>
        $"jsonb_build_array({string.Join(", ", Mapping.Select(part => $"{version}.definition -> '{part}'"))})";

    static RecoveryPipeline PipelineOf(NpgsqlDataReader row, string name) => new()
    {
        Name = name,
        State = row.GetString(0),
        IsDeleted = row.GetBoolean(1),
        Version = row.GetInt32(2),
        Applied = row.GetFieldValue<DateTimeOffset>(3),
        AppliedBy = row.GetString(4),
        MapsOtherwise = row.GetBoolean(5),
        GuardsOtherwise = row.Text(6) != row.Text(7),
        StricterGuards = GuardStrictness.StricterIn(GuardsOf(row.Text(7)), GuardsOf(row.Text(6))),
        HasSchedule = !row.IsDBNull(8),
        HasTriggers = row.GetBoolean(9),
        SchedulePaused = row.GetBoolean(10),
        Switched = row.Value<DateTimeOffset>(11),
        SwitchedBy = row.Text(12),
        Paused = row.Value<DateTimeOffset>(13),
        PausedBy = row.Text(14),
        Next = NextRun.Of(
            NextRuns.Schedule(row.Text(8)), row.GetBoolean(10), row.GetString(0), row.GetFieldValue<DateTimeOffset>(15),
            row.GetFieldValue<DateTimeOffset>(16), row.GetFieldValue<DateTimeOffset>(17)),
    };

    // A version of before there were guards has those that every pipeline has.
    static GuardsDefinition GuardsOf(string? json) =>
        json is null ? new GuardsDefinition() : JsonSerializer.Deserialize<GuardsDefinition>(json, PipelineJson.Options)!;

    static RecoveryJob JobOf(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Kind = Enum.Parse<JobKind>(row.GetString(1)),
        State = row.GetString(2),
        Actor = row.GetString(3),
        Created = row.GetFieldValue<DateTimeOffset>(4),
        Finished = row.Value<DateTimeOffset>(5),
    };

    // Sums of nothing are null.
    static RecordCounts CountsOf(NpgsqlDataReader row, int first) => new()
    {
        Inserted = row.Value<long>(first) ?? 0,
        Updated = row.Value<long>(first + 1) ?? 0,
        Deleted = row.Value<long>(first + 2) ?? 0,
        Vanished = row.Value<long>(first + 3) ?? 0,
        Rejected = row.Value<long>(first + 4) ?? 0,
    };
}
