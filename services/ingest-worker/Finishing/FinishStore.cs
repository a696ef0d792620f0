using Headgate.Connectors.Sources;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Finishing;

/// <summary>What of an attempt is left to finish, from its plans in force.</summary>
sealed class FinishStore(IngestState state)
{
    /// <summary>Null: the attempt is not planned, or was released.</summary>
    public async Task<JobToFinish?> FindAsync(FinishObjects finish, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select a.pipeline_id, a.settings, o.plan, s.numbers, s.rows
            from ingest.attempt a
            left join ingest.object o on o.job_id = a.job_id and o.attempt = a.attempt and not o.superseded
                and (coalesce(o.plan -> 'object' ->> 'vanished', $4) <> $4 or o.plan -> 'object' ->> 'replaces' is not null)
            left join lateral (
                select array_agg(segment_no) as numbers, array_agg(coalesce(rows, -1)) as rows from ingest.segment s
                where s.job_id = o.job_id and s.attempt = o.attempt and s.object_no = o.object_no and s.segment_no >= o.first_segment_no) s on true
            where a.job_id = $1 and a.attempt = $2 and a.pipeline is not null and coalesce(a.released_epoch, 0) <= $3
            order by o.object_no
            """);
        await using var row = await command.With(finish.JobId, finish.Attempt, finish.Epoch, nameof(OnVanished.Keep)).ExecuteReaderAsync(cancellationToken);
        JobToFinish? job = null;
        var objects = new List<ObjectToFinish>();
        while (await row.ReadAsync(cancellationToken))
        {
            job ??= new JobToFinish(row.GetGuid(0), StoredJson.Read<PipelineDefinition>(row.GetString(1)), objects);
            if (row.IsDBNull(2)) continue;
            var segments = row.IsDBNull(3) ? [] : row.GetFieldValue<int[]>(3).Zip(row.GetFieldValue<long[]>(4)).ToDictionary();
            objects.Add(new ObjectToFinish(
                StoredJson.Read<ReadPlan>(row.GetString(2)).Object, segments.Values.Any(rows => rows < 0) ? null : segments));
        }

        return job is null ? null : job with { Objects = [.. objects.OrderByDescending(each => each.Plan.Level)] };
    }
}
