using System.Text.Json;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What samples have found, in the database of the coordinator and in the saga's own transaction.</summary>
static class CanaryHistories
{
    /// <summary>
    /// Objects that are to be compared before launch, up to so many: of which enough is staged, and those whose vanished rows the job would
    /// take away. What the job creates, and no run has loaded before, is not there to be compared with.
    /// </summary>
    public static async Task<IReadOnlyList<int>> LackingAsync(NpgsqlConnection connection, SyncJob job, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select o.object_no from coordinator.job_object o
             where o.job_id = $1 and o.state = 'Extracted'
               and not exists (select from coordinator.job_finding f where f.job_id = o.job_id and f.attempt = $2 and f.object_no = o.object_no)
               and not (o.is_new and not exists (
                   select from coordinator.object_history h where h.pipeline_id = $3 and h.name = coordinator.object_name(o.object_key)
                     and coordinator.runs_standing(h.rows, h.jobs, $7) > 0))
               and (o.full_read and (select v.on_vanished from coordinator.pipeline_version v where v.pipeline_id = $3 and v.version = $4) <> $5
                    or (select coalesce(sum(s.rows), 0) from coordinator.job_segment s
                        where s.job_id = o.job_id and s.attempt = $2 and s.object_no = o.object_no and s.state <> 'Abandoned') >= {CanaryJudge.LeastRows})
             order by o.object_no limit $6
             """,
            connection);
        AddJob(command, job);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.PipelineVersion });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = nameof(OnVanished.Keep) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        AddUndone(command, await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken));
        return await command.ListAsync(row => row.GetInt32(0), cancellationToken);
    }

    /// <summary>What was found of the present attempt, each with what was found of it before.</summary>
    public static async Task<IReadOnlyList<(CanarySubject Subject, bool TakesVanished)>> OfAsync(
        NpgsqlConnection connection, SyncJob job, CancellationToken cancellationToken)
    {
        var undone = await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken);
        return [.. (await KeptAsync(connection, job, undone, cancellationToken)).Select(each => (each.Subject with
        {
            History = each.Subject.History.Without(undone.Numbers),
        }, each.TakesVanished))];
    }

    // With what was found of runs that were rolled back since.
    static async Task<IReadOnlyList<(CanarySubject Subject, string Name, bool TakesVanished)>> KeptAsync(
        NpgsqlConnection connection, SyncJob job, UndoneJobs undone, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select o.destination, o.full_read, coordinator.object_name(o.object_key), f.found::text, h.shares::text,
                   (select coalesce(sum(s.rows), 0)::bigint from coordinator.job_segment s
                    where s.job_id = o.job_id and s.attempt = $2 and s.object_no = o.object_no and s.state <> 'Abandoned'),
                   (select coalesce(sum(coordinator.runs_standing(r.rows, r.jobs, $6)), 0)::int from coordinator.object_history r
                    where r.pipeline_id = $3 and r.name = coordinator.object_name(o.object_key)),
                   (select v.on_vanished from coordinator.pipeline_version v where v.pipeline_id = $3 and v.version = $4) <> $5
            from coordinator.job_finding f join coordinator.job_object o using (job_id, object_no)
            left join coordinator.canary_history h on h.pipeline_id = $3 and h.name = coordinator.object_name(o.object_key) and h.full_read = o.full_read
            where f.job_id = $1 and f.attempt = $2 and o.state = 'Extracted' order by o.object_no
            """,
            connection);
        AddJob(command, job);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.PipelineVersion });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = nameof(OnVanished.Keep) });
        AddUndone(command, undone);
        return await command.ListAsync(
            row => (
                new CanarySubject
                {
                    Object = row.GetString(0),
                    Full = row.GetBoolean(1),
                    IsReplay = job.Kind == JobKind.Replay,
                    Found = JsonSerializer.Deserialize<ObjectFindings>(row.GetString(3), PipelineJson.Options)!,
                    History = row.Text(4) is { } shares ? JsonSerializer.Deserialize<CanaryHistory>(shares, PipelineJson.Options)! : CanaryHistory.None,
                    Rows = row.GetInt64(5),
                    Runs = row.GetInt32(6),
                },
                row.GetString(2),
                row.GetBoolean(1) && row.GetBoolean(7)),
            cancellationToken);
    }

    /// <summary>A job that has completed is part of what later ones are judged by.</summary>
    public static async Task KeepAsync(NpgsqlConnection connection, SyncJob job, DateOnly today, CancellationToken cancellationToken)
    {
        var undone = await UndoneJobs.OfAsync(connection, job.PipelineId, cancellationToken);
        var histories = (await KeptAsync(connection, job, undone, cancellationToken)).Where(each => CanaryJudge.IsEnough(each.Subject.Found))
            .DistinctBy(each => (each.Name, each.Subject.Full))
            .Select(each => (each.Name, each.Subject.Full, History: each.Subject.History.With(each.Subject.Found, today, job.JobNo, undone.Numbers))).ToList();
        if (histories.Count == 0) return;
        await using var command = new NpgsqlCommand(
            """
            insert into coordinator.canary_history (pipeline_id, name, full_read, shares)
            select $1, name, full_read, shares from unnest($2, $3, $4) s (name, full_read, shares)
            on conflict (pipeline_id, name, full_read) do update set shares = excluded.shares
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. histories.Select(each => each.Name)] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. histories.Select(each => each.Full)] });
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
            Value = histories.Select(each => JsonSerializer.Serialize(each.History, PipelineJson.Options)).ToArray(),
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What was found is of before: the destination may be another one by now.</summary>
    /// <param name="connection">The saga's.</param>
    /// <param name="job">The job.</param>
    /// <param name="onlyUnjudged">Only of objects that were planned anew after launch: what of the others is written cannot be found again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task ForgetAsync(NpgsqlConnection connection, SyncJob job, bool onlyUnjudged, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            delete from coordinator.job_finding f where job_id = $1 and attempt = $2
              and (not $3 or exists (select from coordinator.job_object o where o.job_id = f.job_id and o.object_no = f.object_no and o.unjudged))
            """,
            connection);
        AddJob(command, job);
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = onlyUnjudged });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static void AddUndone(NpgsqlCommand command, UndoneJobs undone) =>
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. undone.Numbers] });

    static void AddJob(NpgsqlCommand command, SyncJob job)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.CorrelationId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.Attempt });
    }
}
