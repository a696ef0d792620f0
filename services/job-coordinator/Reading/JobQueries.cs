using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Reads jobs. Every query says what it saw, so that whoever follows jobs can tell old from new.</summary>
sealed class JobQueries(CoordinatorState state)
{
    static readonly string[] AllKinds = Enum.GetNames<JobKind>();

    // A look without a job is a row as well.
    const string Head = $"select pg_current_snapshot()::text, now(), {JobRow.Columns} from (select) look";

    const string Order = "order by j.created_at desc, j.job_id desc limit $8";

    const string Bounds = "j.created_at >= $5 and (j.created_at, j.job_id) < ($6, $7)";

    // Either side of the union is read in order by an index of its own and no further than the page.
    const string Open =
        $"(select j.* from coordinator.sync_job j where j.finished_at is null and j.state = any($3) and j.kind = any($4) and {Bounds} {Order})";

    const string OpenOfProject =
        $"""
         (select j.* from coordinator.sync_job j
          where j.finished_at is null and j.project = $1 and j.state = any($3) and j.kind = any($4) and {Bounds} {Order})
         """;

    const string Ended =
        $"""
         (select j.* from unnest($9) s (state) cross join unnest($4) k (kind) cross join lateral (
              select j.* from coordinator.sync_job j
              where j.finished_at is not null and j.deleted_at is null and j.state = s.state and j.kind = k.kind and {Bounds} {Order}) j)
         """;

    const string EndedOfProject =
        $"""
         (select j.* from unnest($9) s (state) cross join unnest($4) k (kind) cross join lateral (
              select j.* from coordinator.sync_job j
              where j.finished_at is not null and j.deleted_at is null and j.project = $1 and j.state = s.state and j.kind = k.kind
                and {Bounds} {Order}) j)
         """;

    const string OpenOfPipeline =
        $"""
         (select j.* from coordinator.pipeline p cross join lateral (
              select j.* from coordinator.sync_job j
              where j.finished_at is null and j.pipeline_id = p.pipeline_id and j.state = any($3) and j.kind = any($4) and {Bounds} {Order}) j
          where p.project = $1 and p.name = $2)
         """;

    const string EndedOfPipeline =
        $"""
         (select j.* from coordinator.pipeline p cross join unnest($9) s (state) cross join unnest($4) k (kind) cross join lateral (
              select j.* from coordinator.sync_job j
              where j.finished_at is not null and j.deleted_at is null and j.pipeline_id = p.pipeline_id and j.state = s.state and j.kind = k.kind
                and {Bounds} {Order}) j
          where p.project = $1 and p.name = $2)
         """;

    const string Deleted =
        $"""
         (select j.* from coordinator.sync_job j
          where j.deleted_at is not null and j.state = any($9) and j.kind = any($4) and ($1 is null or j.project = $1)
            and ($2 is null or j.pipeline = $2) and {Bounds} {Order})
         """;

    /// <summary>The next jobs behind a place, and one more than asked for where there are more.</summary>
    public async Task<JobPage> PageAsync(JobSelection selection, JobKey after, int count, CancellationToken cancellationToken)
    {
        if (selection.RequestId is { } request)
        {
            var found = await ByRequestIdAsync(request, cancellationToken);
            return found with { Jobs = [.. found.Jobs.Where(job => selection.Lets(job) && job.Key < after)] };
        }

        await using var command = state.Source.CreateCommand(PageSql(selection));
        var bound = new JobKey(selection.Until, Guid.Empty) is var until && until < after ? until : after;
        var states = selection.States ?? [.. JobStates.Open, .. JobStates.Ended];
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Project });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Pipeline });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. states.Intersect(JobStates.Open)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = selection.Kinds is { } kinds ? [.. kinds.Select(kind => kind.ToString())] : AllKinds });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = selection.Since });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = bound.Created });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = bound.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count + 1 });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. states.Intersect(JobStates.Ended)] });
        return await ReadAsync(command, cancellationToken);
    }

    public Task<JobPage> ByIdAsync(Guid id, CancellationToken cancellationToken) => ByAsync("j.job_id = $1", id, cancellationToken);

    public Task<JobPage> ByRequestIdAsync(Guid id, CancellationToken cancellationToken) => ByAsync("j.request_id = $1", id, cancellationToken);

    /// <summary>Those of them that there are, in any order.</summary>
    public async Task<JobPage> ByIdsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand($"{Head} left join coordinator.sync_job j on j.job_id = any($1) {JobRow.WithVersion}");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Whether a pipeline, of the project if one is given, is claimed for this job: it is there, or a message that makes it is on its way.</summary>
    public async Task<bool> IsAcceptedAsync(Guid id, string? project, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select exists (select from coordinator.pipeline where current_job_id = $1 and ($2 is null or project = $2))");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = project });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>The pipeline's one active job.</summary>
    public Task<JobPage> ActiveOfAsync(Guid pipelineId, CancellationToken cancellationToken) =>
        ByAsync($"j.pipeline_id = $1 and {JobStates.IsActive}", pipelineId, cancellationToken);

    /// <summary>Nothing but what there is to be seen now.</summary>
    public async Task<JobPage> NothingAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("select pg_current_snapshot()::text, now(), null");
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// Jobs that have changed since a look, up to so many. Transactions that are not even begun now are left out: what a database that was
    /// restored elsewhere has of them is from another life of it.
    /// </summary>
    public async Task<JobPage> ChangedSinceAsync(Snapshot seen, int most, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             {Head} left join lateral (
                 select j.* from coordinator.sync_job j
                 where j.changed >= $1 and j.changed < pg_snapshot_xmax(pg_current_snapshot())
                   and not pg_visible_in_snapshot(j.changed, $2::pg_snapshot) order by j.changed limit $3) j on true
             {JobRow.WithVersion}
             """);
        command.Parameters.Add(new NpgsqlParameter { Value = seen.FirstUnderWay, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = seen.ToString() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Active jobs of these pipelines, and of each the one that was created last of the others.</summary>
    public async Task<(IReadOnlyDictionary<Guid, JobRow> Active, IReadOnlyDictionary<Guid, JobRow> Last, DateTimeOffset At)> OfPipelinesAsync(
        IReadOnlyList<Guid> pipelines, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            $"""
             {Head} left join lateral (
                 select a.* from unnest($1) p (id) cross join lateral (
                     select j.* from coordinator.sync_job j where j.pipeline_id = p.id and {JobStates.IsActive} limit 1) a
                 union all
                 select l.* from unnest($1) p (id) cross join lateral (
                     select j.* from coordinator.sync_job j
                     where j.pipeline_id = p.id and not {JobStates.IsActive} and j.kind <> 'DryRun' and j.deleted_at is null
                     order by j.created_at desc, j.job_id desc limit 1) l) j on true
             {JobRow.WithVersion}
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. pipelines] });
        var found = await ReadAsync(command, cancellationToken);
        var jobs = found.Jobs.ToLookup(job => job.IsActive);
        return (jobs[true].ToDictionary(job => job.PipelineId), jobs[false].ToDictionary(job => job.PipelineId), found.At);
    }

    static string PageSql(JobSelection selection)
    {
        var branches = (selection.Pipeline, selection.Project) switch
        {
            ({ }, _) => $"{OpenOfPipeline} union all {EndedOfPipeline}",
            (_, { }) => $"{OpenOfProject} union all {EndedOfProject}",
            _ => $"{Open} union all {Ended}",
        };
        if (selection.Deleted) branches += $" union all {Deleted}";
        return $"""
                {Head} left join lateral (select * from ({branches}) j {Order}) j on true
                {JobRow.WithVersion} order by j.created_at desc, j.job_id desc
                """;
    }

    async Task<JobPage> ByAsync(string condition, Guid id, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand($"{Head} left join coordinator.sync_job j on {condition} {JobRow.WithVersion}");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return await ReadAsync(command, cancellationToken);
    }

    static async Task<JobPage> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var (jobs, snapshot, at) = (new List<JobRow>(), "", default(DateTimeOffset));
        while (await row.ReadAsync(cancellationToken))
        {
            (snapshot, at) = (row.GetString(0), row.GetFieldValue<DateTimeOffset>(1));
            if (!row.IsDBNull(2)) jobs.Add(JobRow.Read(row, 2));
        }

        return new JobPage(jobs, Snapshot.Parse(snapshot), at);
    }
}
