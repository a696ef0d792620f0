using System.Text.Json;
using Headgate.Contracts.Comparing;
using Headgate.JobCoordinator.Pipelines;
using Npgsql;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>
/// A run that was rolled back is no example of what is usual: the histories of its objects are made anew of all other runs, from what is recorded
/// of them. How long it took stays.
/// </summary>
static class UndoneRuns
{
    // What is remembered reaches back 35 days, or 30 runs: 100 a day fit into this. Of many objects fewer runs are looked at, so that a
    // rollback, which ends with this, ends in seconds.
    const int RunsLookedAt = 4_000;
    const int RunsOfObjects = 20_000;

    static readonly string Remembered =
        $"""
         with meant as materialized (
             select distinct coordinator.object_name(object_key) as name from coordinator.job_object where job_id = $2 and state = 'Extracted'),
         run as materialized (
             select j.job_id, j.attempt, j.finished_at from coordinator.sync_job j
             where j.pipeline_id = $1 and j.state = 'Completed' and j.kind in ('Historical', 'Incremental', 'Resync') and j.job_id <> $2
               and not exists (select from coordinator.sync_job r
                               where r.of_job_id = j.job_id and r.kind = 'Rollback' and r.state = 'Completed' and r.scope ->> 'object' is null
                                 and jsonb_array_length(coalesce(r.scope -> 'fields', '[]')) = 0 and not coalesce((r.scope ->> 'hasKeys')::boolean, false))
             order by j.created_at desc
             limit (select least({RunsLookedAt}, greatest({Histories.RunsKept}, {RunsOfObjects} / greatest(count(*), 1))) from meant))
         """;

    static readonly string Recount =
        $"""
         counted as (
             select distinct on (run.job_id, name, o.full_read) meant.name, o.full_read, run.finished_at as ended, s.rows, s.inserted
             from run join coordinator.job_object o using (job_id) join meant on meant.name = coordinator.object_name(o.object_key)
             cross join lateral (
                 select coalesce(sum(s.rows), 0)::bigint as rows, coalesce(sum(s.inserted), 0)::bigint as inserted from coordinator.job_segment s
                 where s.job_id = run.job_id and s.attempt = run.attempt and s.object_no = o.object_no and s.state <> 'Abandoned') s
             where o.state = 'Extracted' order by run.job_id, name, o.full_read, s.rows desc),
         numbered as (select *, row_number() over (partition by name, full_read order by ended desc) as no from counted),
         runs as (
             select name, full_read, array_agg(rows order by no) as rows, array_agg(ended order by no) as ended
             from numbered where no <= {Histories.RunsKept} group by name, full_read),
         a_day as (
             select name, full_read, (ended at time zone 'UTC')::date as day, max(rows) as most, sum(rows)::bigint as sum,
                    row_number() over (partition by name, full_read order by (ended at time zone 'UTC')::date desc) as no
             from counted group by 1, 2, 3),
         days as (
             select name, full_read, array_agg(day order by no) as days, array_agg(most order by no) as day_rows, array_agg(sum order by no) as day_sums
             from a_day where no <= {Histories.DaysKept} group by name, full_read)
         insert into coordinator.object_history (pipeline_id, name, full_read, rows, ended, days, day_rows, day_sums, grown)
         select $1, name, full_read, rows, ended, days, day_rows, day_sums, case when full_read then 0 else (
             select coalesce(sum(c.inserted), 0)::bigint from counted c where c.name = runs.name and not c.full_read
                and c.ended > coalesce((select max(f.ended) from counted f where f.name = runs.name and f.full_read), '-infinity')) end
         from runs join days using (name, full_read)
         """;

    /// <summary>Takes what a job has brought out of the histories of counts and of samples, in the saga's own transaction.</summary>
    public static async Task ForgetAsync(NpgsqlConnection connection, Guid pipeline, Guid undone, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in new[]
                 {
                     $"{Remembered} delete from coordinator.object_history h using meant where h.pipeline_id = $1 and h.name = meant.name",
                     $"{Remembered} delete from coordinator.canary_history h using meant where h.pipeline_id = $1 and h.name = meant.name",
                     $"{Remembered}, {Recount}",
                 })
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement)
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = pipeline }, new NpgsqlParameter<Guid> { TypedValue = undone } },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await CanaryHistories.WriteAsync(connection, pipeline, await SamplesAsync(connection, pipeline, undone, cancellationToken), cancellationToken);
    }

    static async Task<IReadOnlyList<(string Name, bool Full, CanaryHistory History)>> SamplesAsync(
        NpgsqlConnection connection, Guid pipeline, Guid undone, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             {Remembered}
             select meant.name, o.full_read, f.found::text, run.finished_at
             from run join coordinator.job_finding f using (job_id, attempt) join coordinator.job_object o using (job_id, object_no)
             join meant on meant.name = coordinator.object_name(o.object_key)
             where o.state = 'Extracted' order by meant.name, o.full_read, run.finished_at
             """,
            connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = pipeline }, new NpgsqlParameter<Guid> { TypedValue = undone } },
        };
        var histories = new Dictionary<(string, bool), CanaryHistory>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var found = JsonSerializer.Deserialize<ObjectFindings>(row.GetString(2), PipelineJson.Options)!;
            if (!CanaryJudge.IsEnough(found)) continue;
            var of = (row.GetString(0), row.GetBoolean(1));
            histories[of] = histories.GetValueOrDefault(of, CanaryHistory.None).With(found, DateOnly.FromDateTime(row.GetFieldValue<DateTimeOffset>(3).UtcDateTime));
        }

        return [.. histories.Select(each => (each.Key.Item1, each.Key.Item2, each.Value))];
    }
}
