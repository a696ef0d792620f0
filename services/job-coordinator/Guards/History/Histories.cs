using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What runs have brought, in the database of the coordinator and in the saga's own transaction.</summary>
static class Histories
{
    // Twice as many as are judged by, so that there are enough where many in a row were rolled back.
    public const int RunsKept = 60;
    public const int DaysKept = 35;
    const int UndoneLookedAt = 100;

    // The migration since which runs are remembered with the numbers of their jobs.
    const int NumbersSince = 59;

    /// <summary>What the job is about to read of these objects, and what was read of them before.</summary>
    public static async Task<IReadOnlyList<ObjectRead>> OfAsync(
        NpgsqlConnection connection, SyncJob job, IReadOnlyCollection<int> objects, IReadOnlyCollection<int> isNew, CancellationToken cancellationToken)
    {
        var undone = await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
             select o.object_no, o.destination, o.full_read, o.offset_job_id is not null, o.estimated_rows,
                    coordinator.object_name(o.object_key), h.full_read, {KeptRuns.Columns}
             from coordinator.job_object o
             left join coordinator.object_history h on h.pipeline_id = $2 and h.name = coordinator.object_name(o.object_key)
             where o.job_id = $1 and o.object_no = any($3) and o.state <> 'Blocked' order by o.object_no
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.CorrelationId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. objects] });
        var rows = await command.ListAsync(
            row => (
                Read: new ObjectRead
                {
                    ObjectNo = row.GetInt32(0),
                    Object = row.GetString(1),
                    Full = row.GetBoolean(2),
                    HasOffset = row.GetBoolean(3),
                    SourceRows = row.GetInt64(4),
                    IsNew = isNew.Contains(row.GetInt32(0)),
                    IsResync = job.Kind == Contracts.Runs.JobKind.Resync,
                    History = ObjectHistory.None,
                },
                Name: row.GetString(5),
                IsOfFull: row.Value<bool>(6),
                Kept: row.IsDBNull(6) ? null : new KeptRuns(row, 7)),
            cancellationToken);
        var inserts = await UndoneInsertsAsync(connection, undone, cancellationToken);
        return [.. rows.GroupBy(row => row.Read.ObjectNo, (_, of) => of.ToList()).Select(of => of[0].Read with
        {
            History = ObjectHistory.Standing(
                of.Find(row => row.IsOfFull == true).Kept, of.Find(row => row.IsOfFull == false).Kept, undone.Numbers, inserts[of[0].Name]),
        })];
    }

    // What they have inserted is in the sum of what a table has grown by since it was read in full last: no job of long ago matters. Of others than
    // these kinds nothing is in it; nor, perhaps, of runs of before it was remembered which run brought what, as their counts were made anew then.
    static async Task<ILookup<string, (DateTimeOffset Ended, long Inserted)>> UndoneInsertsAsync(
        NpgsqlConnection connection, UndoneJobs undone, CancellationToken cancellationToken)
    {
        List<(string Name, DateTimeOffset Ended, long Inserted)> inserts = [];
        if (undone.Jobs.Count > 0)
        {
            await using var command = new NpgsqlCommand(
                $"""
                 select coordinator.object_name(o.object_key), j.finished_at, sum(s.inserted)::bigint
                 from (select job_id, attempt, finished_at from coordinator.sync_job
                       where job_id = any($1) and state = 'Completed' and inserted > 0 and kind in ('Historical', 'Incremental', 'Resync')
                         and finished_at > (select applied_at from coordinator.schema_version where version = {NumbersSince})
                       order by job_no desc limit {UndoneLookedAt}) j
                 join coordinator.job_object o on o.job_id = j.job_id and not o.full_read and o.state = 'Extracted'
                 join coordinator.job_segment s
                   on s.job_id = j.job_id and s.attempt = j.attempt and s.object_no = o.object_no and s.state <> 'Abandoned'
                 group by 1, 2
                 """,
                connection);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. undone.Jobs] });
            inserts = await command.ListAsync(row => (row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetInt64(2)), cancellationToken);
        }

        return inserts.ToLookup(each => each.Name, each => (each.Ended, each.Inserted));
    }

    /// <summary>What a run of the definition would read of objects that it would read in full, and what was read of them before.</summary>
    public static async Task<IReadOnlyList<ObjectRead>> OfFullAsync(
        NpgsqlConnection connection, Guid pipelineId, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        var objects = definition.Objects.Index().Where(each => each.Item.Include)
            .Select(each => (each.Index, each.Item.To, HasCursor: each.Item.Cursor is not null, Key: ObjectKey.Of(definition, each.Item))).ToList();
        var undone = (await UndoneJobs.OfAsync(connection, pipelineId, cancellationToken)).Numbers;
        await using var command = new NpgsqlCommand(
            $"""
             select o.no, f.pipeline_id is not null, h.full_read, {KeptRuns.Columns}
             from unnest($2, $3) with ordinality o (key, has_cursor, no)
             left join coordinator.object_offset f on f.pipeline_id = $1 and f.object_key = o.key
             join coordinator.object_history h on h.pipeline_id = $1 and h.name = coordinator.object_name(o.key)
             where f.pipeline_id is null or not o.has_cursor order by o.no
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipelineId });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. objects.Select(each => each.Key)] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. objects.Select(each => each.HasCursor)] });
        var rows = await command.ListAsync(
            row => (
                Object: objects[(int)row.GetInt64(0) - 1], HasOffset: row.GetBoolean(1), IsOfFull: row.GetBoolean(2),
                History: new KeptRuns(row, 3).Standing(undone)),
            cancellationToken);
        return [.. rows.GroupBy(row => row.Object).Select(of => new ObjectRead
        {
            ObjectNo = of.Key.Index,
            Object = of.Key.To,
            Full = true,
            HasOffset = of.First().HasOffset,
            History = new ObjectHistory(
                of.Where(row => row.IsOfFull).Select(row => row.History).FirstOrDefault(RunHistory.None),
                of.Where(row => !row.IsOfFull).Select(row => row.History).FirstOrDefault(RunHistory.None)),
        })];
    }

    /// <summary>Objects of which a filter leaves records out, so that the source's size says nothing of how many are read.</summary>
    public static async Task<IReadOnlyCollection<int>> FilteredAsync(NpgsqlConnection connection, SyncJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select (o.no - 1)::int from coordinator.pipeline_version v, jsonb_array_elements(v.definition -> 'objects') with ordinality o (value, no)
            where v.pipeline_id = $1 and v.version = $2 and coalesce(o.value ->> 'filter', '') <> ''
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.PipelineVersion });
        return [.. await command.ListAsync(row => row.GetInt32(0), cancellationToken)];
    }

    /// <summary>Keeps how many records of these objects there may be, for when they are counted.</summary>
    public static async Task KeepLimitsAsync(
        NpgsqlConnection connection, SyncJob job, IReadOnlyList<(int ObjectNo, VolumeReference? Usual)> limits, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update coordinator.job_object o set volume = l.volume::jsonb
            from unnest($2, $3) l (object_no, volume) where o.job_id = $1 and o.object_no = l.object_no
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.CorrelationId });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. limits.Select(limit => limit.ObjectNo)] });
        command.Parameters.Add(new NpgsqlParameter<string?[]>
        {
            TypedValue = [.. limits.Select(limit => limit.Usual is null ? null : JsonSerializer.Serialize(limit.Usual, PipelineJson.Options))],
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How many records of an object, or of each, are staged, and how many there may be.</summary>
    /// <param name="connection">The saga's.</param>
    /// <param name="job">The job.</param>
    /// <param name="objectNo">The object; null: all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<ObjectCount>> CountsAsync(
        NpgsqlConnection connection, SyncJob job, int? objectNo, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select o.object_no, o.destination, o.volume::text,
                   (select coalesce(sum(s.rows), 0)::bigint from coordinator.job_segment s
                    where s.job_id = o.job_id and s.attempt = $2 and s.object_no = o.object_no and s.state <> 'Abandoned'),
                   (select coalesce(sum(coordinator.runs_standing(h.rows, h.jobs, $5)), 0)::int from coordinator.object_history h
                    where o.volume is null and h.pipeline_id = $4 and h.name = coordinator.object_name(o.object_key))
            from coordinator.job_object o where o.job_id = $1 and o.state <> 'Blocked' and ($3 is null or o.object_no = $3) order by o.object_no
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.CorrelationId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.Attempt });
        command.Parameters.Add(new NpgsqlParameter { Value = objectNo ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<long[]>
        {
            TypedValue = [.. (await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken)).Numbers],
        });
        return await command.ListAsync(
            row => new ObjectCount(
                row.GetInt32(0), row.GetString(1), row.GetInt64(3),
                row.Text(2) is { } usual ? JsonSerializer.Deserialize<VolumeReference>(usual, PipelineJson.Options) : null, row.GetInt32(4)),
            cancellationToken);
    }

    /// <summary>A job that has completed is part of what later ones are judged by.</summary>
    public static async Task KeepAsync(NpgsqlConnection connection, SyncJob job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var undone = await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
             with run as (
                 select distinct on (1, 2) coordinator.object_name(o.object_key) as name, o.full_read, s.rows, s.inserted,
                        case when o.full_read then coalesce(p.grown, 0) else 0 end as absorbed
                 from coordinator.job_object o cross join lateral (
                     select coalesce(sum(s.rows), 0)::bigint as rows, coalesce(sum(s.inserted), 0)::bigint as inserted from coordinator.job_segment s
                     where s.job_id = o.job_id and s.attempt = $3 and s.object_no = o.object_no and s.state <> 'Abandoned') s
                 left join coordinator.object_history p
                   on p.pipeline_id = $2 and p.name = coordinator.object_name(o.object_key) and not p.full_read
                 where o.job_id = $1 and o.state = 'Extracted' order by 1, 2, s.rows desc),
             counted_anew as (
                 update coordinator.object_history h set grown = 0 from run
                 where h.pipeline_id = $2 and h.name = run.name and run.full_read and not h.full_read and h.grown <> 0)
             insert into coordinator.object_history as h (
                 pipeline_id, name, full_read, rows, ended, jobs, absorbed, days, day_rows, day_jobs, next_rows, next_jobs, day_sums, grown)
             select $2, name, full_read, array[rows], array[$4], array[$6], array[absorbed], array[$5], array[rows], array[$6], array[0], array[0],
                    array[rows], case when full_read then 0 else inserted end
             from run
             on conflict (pipeline_id, name, full_read) do update set
                 rows = (excluded.rows || h.rows)[1:{RunsKept}], ended = (excluded.ended || h.ended)[1:{RunsKept}],
                 jobs = (excluded.jobs || h.jobs)[1:{RunsKept}], absorbed = (excluded.absorbed || h.absorbed)[1:{RunsKept}],
                 grown = case when h.full_read then 0 else h.grown + excluded.grown end,
                 (days, day_rows, day_jobs, next_rows, next_jobs, day_sums) = (
                     select (excluded.days || h.days[n:])[1:{DaysKept}],
                            (largest.rows[1] || h.day_rows[n:])[1:{DaysKept}], (largest.jobs[1] || h.day_jobs[n:])[1:{DaysKept}],
                            (coalesce(largest.rows[2], 0) || h.next_rows[n:])[1:{DaysKept}],
                            (coalesce(largest.jobs[2], 0) || h.next_jobs[n:])[1:{DaysKept}],
                            (excluded.day_sums[1] + case when n = 2 then h.day_sums[1] else 0 end
                                - case when largest.jobs[3] = any($7) then largest.rows[3] else 0 end || h.day_sums[n:])[1:{DaysKept}]
                     from (select case when h.days[1] = excluded.days[1] then 2 else 1 end as n) later
                     cross join lateral (
                         -- What was rolled back makes room first.
                         select array_agg(c.rows order by c.job = any($7), c.rows desc, c.job) as rows,
                                array_agg(c.job order by c.job = any($7), c.rows desc, c.job) as jobs
                         from (values (excluded.day_rows[1], $6), (h.day_rows[1], coalesce(h.day_jobs[1], 0)),
                                      (coalesce(h.next_rows[1], 0), coalesce(h.next_jobs[1], 0))) c (rows, job)
                         where c.job = $6 or n = 2) largest)
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.CorrelationId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.Attempt });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = DateOnly.FromDateTime(now.UtcDateTime) });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = job.JobNo });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. undone.Numbers] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
