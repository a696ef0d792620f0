using Google.Protobuf.WellKnownTypes;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Reads pipelines.</summary>
sealed class PipelineQueries(CoordinatorState state)
{
    const int MostLookedAt = 10_000;
    const string Select = $"select {PipelineRecord.Columns} from coordinator.pipeline p {PipelineRecord.WithVersion}";

    /// <summary>The pipeline that a request names.</summary>
    /// <param name="pipeline">How it is named.</param>
    /// <param name="field">Of the request, that names it.</param>
    /// <param name="project">What the caller is bound to; null: all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, NOT_FOUND, or PERMISSION_DENIED: a foreign project is named.</exception>
    public async Task<PipelineRecord> FindAsync(V1.PipelineReference? pipeline, string field, string? project, CancellationToken cancellationToken)
    {
        var isById = pipeline switch
        {
            { Id.Length: > 0, Project: "", Name: "" } => true,
            { Id: "", Project.Length: > 0, Name.Length: > 0 } => false,
            _ => throw CallErrors.Invalid((field, "It names no pipeline: expected project and name, or id, one of the two.")),
        };
        if (!isById) Projects.Check(pipeline.Project, project);
        await using var command = state.Source.CreateCommand($"{Select} where p.deleted_at is null and {(isById ? "p.pipeline_id = $1" : "p.project = $1 and p.name = $2")}");
        if (isById) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Ids.Parse($"{field}.id", pipeline.Id) });
        else command.Parameters.AddRange(new[] { new NpgsqlParameter<string> { TypedValue = pipeline.Project }, new NpgsqlParameter<string> { TypedValue = pipeline.Name } });
        return await command.ListAsync(PipelineRecord.Read, cancellationToken) is [var found] && Projects.MaySee(project, found.Project)
            ? found : throw CallErrors.NotFound(isById ? $"There is no pipeline {pipeline.Id}." : $"There is no pipeline {pipeline.Project.Shortened(63)}/{pipeline.Name.Shortened(63)}.");
    }

    /// <summary>Pipelines by their ids, deleted ones too, as a transaction sees them; in the order of the ids.</summary>
    public static async Task<IReadOnlyList<PipelineRecord>> ByIdsAsync(
        NpgsqlConnection connection, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"{Select} where p.pipeline_id = any($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        var found = (await command.ListAsync(PipelineRecord.Read, cancellationToken)).ToDictionary(pipeline => pipeline.Id);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    /// <summary>The next pipelines behind a name, by project and name; one more than asked for where there are more.</summary>
    /// <param name="project">Of this one; null: of all.</param>
    /// <param name="name">Of this name; empty: of any.</param>
    /// <param name="states">In one of these; null: in any.</param>
    /// <param name="after">Where the page before has ended.</param>
    /// <param name="count">How many are asked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<List<PipelineRecord>> PageAsync(
        string? project, string name, IReadOnlyList<string>? states, (string Project, string Name) after, int count, CancellationToken cancellationToken)
    {
        // Said in so many words, the planner knows that the small index will do.
        var standing = states is null || states.Contains("Enabled") ? "" : "p.state <> 'Enabled' and";
        await using var command = state.Source.CreateCommand(
            $"""
             select {PipelineRecord.Columns} from (
                 select * from coordinator.pipeline p
                 where p.deleted_at is null and {standing} ($1 is null or p.project = $1) and ($2 is null or p.state = any($2)) and ($6 = '' or p.name = $6)
                     and (p.project, p.name) > ($3, $4)
                 order by p.project, p.name limit $5) p
             {PipelineRecord.WithVersion} order by p.project, p.name
             """);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = project });
        command.Parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = states?.ToArray() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after.Project });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after.Name });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count + 1 });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return await command.ListAsync(PipelineRecord.Read, cancellationToken);
    }

    /// <summary>The file of a version; null: there was never such a version. One that was applied before texts were kept has none.</summary>
    public async Task<(bool IsThere, V1.PipelineFile? File)> FileAsync(Guid pipeline, int version, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select file_name, document from coordinator.pipeline_version where pipeline_id = $1 and version = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        var found = await command.ListAsync(
            row => row.Text(1) is { } text ? new V1.PipelineFile { Name = row.Text(0) ?? "", Text = text } : null, cancellationToken);
        return (found.Count > 0, found.SingleOrDefault());
    }

    /// <summary>
    /// The last of its runs that were not started, the latest first. Runs of the schedule of an hour that say the same are one, as they are
    /// stored after a day; so many records are looked at that a run each second leaves some hours of others to be seen.
    /// </summary>
    public async Task<List<V1.SkippedRun>> SkippedAsync(Guid pipeline, int most, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select max(at), min(trigger), case count(*) when 1 then min(trigger_detail) end, min(actor), case count(*) when 1 then min(trigger_reason) end,
                   job_id, reason, sum(runs)::int, min(first_due), max(last_due)
            from (select *, case when trigger = 'Schedule' and rule is not null and first_due is not null then date_trunc('hour', at) end as hour
                  from coordinator.skipped_run where pipeline_id = $1 order by at desc, run_id limit $3) run
            group by job_id, rule, reason, hour, case when hour is null then run_id end
            order by max(at) desc, min(run_id::text) limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostLookedAt });
        return await command.ListAsync(
            row => new V1.SkippedRun
            {
                At = Timestamp.FromDateTimeOffset(row.GetFieldValue<DateTimeOffset>(0)),
                Trigger = JobMessages.Trigger(row.GetString(1), row.Text(2), row.GetString(3), row.Text(4)),
                JobId = row.Value<Guid>(5)?.ToString() ?? "",
                Reason = row.GetString(6),
                Runs = row.GetInt32(7),
                FirstDue = JobMessages.Time(row.Value<DateTimeOffset>(8)),
                LastDue = JobMessages.Time(row.Value<DateTimeOffset>(9)),
            },
            cancellationToken);
    }
}
