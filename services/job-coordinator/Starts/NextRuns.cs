using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Starts;

/// <summary>When next runs come due, as sentences about jobs go on.</summary>
sealed class NextRuns(CoordinatorState state)
{
    /// <summary>By job; none of a pipeline that is deleted.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> OfJobsAsync(IReadOnlyCollection<Guid> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0) return new Dictionary<Guid, string>();
        await using var command = state.Source.CreateCommand(
            """
            select j.job_id, v.schedule::text, p.schedule_paused, p.state, p.schedule_since, p.schedule_anchor, clock_timestamp()
            from coordinator.sync_job j
            join coordinator.pipeline p on p.pipeline_id = j.pipeline_id and p.deleted_at is null
            join coordinator.pipeline_version v on v.pipeline_id = p.pipeline_id and v.version = p.version
            where j.job_id = any($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs] });
        var found = await command.ListAsync(
            row => (Job: row.GetGuid(0), Next: NextRun.Of(
                Schedule(row.Text(1)), row.GetBoolean(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5),
                row.GetFieldValue<DateTimeOffset>(6))),
            cancellationToken);
        return found.ToDictionary(each => each.Job, each => each.Next.Sentence);
    }

    /// <summary>As it is stored; null: there is none.</summary>
    public static ScheduleDefinition? Schedule(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<ScheduleDefinition>(json, PipelineJson.Options);
}
