using Headgate.Connectors.Sources;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Comparing;

/// <summary>Objects and their staged files, from the plans in force.</summary>
sealed class ComparisonStore(IngestState state)
{
    /// <summary>Null: the attempt is not planned, or was released.</summary>
    public async Task<JobToCompare?> FindAsync(CompareRecords compare, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select a.settings, o.object_no, o.plan, s.segment_no, s.epoch, s.copy, s.rows, s.digest
            from ingest.attempt a
            left join ingest.object o on o.job_id = a.job_id and o.attempt = a.attempt and not o.superseded and o.object_no = any ($4)
            left join ingest.segment s on s.job_id = o.job_id and s.attempt = o.attempt and s.object_no = o.object_no
                and s.segment_no >= o.first_segment_no and s.rows > 0
            where a.job_id = $1 and a.attempt = $2 and a.pipeline is not null and coalesce(a.released_epoch, 0) <= $3
            order by o.object_no, s.segment_no
            """);
        await using var row = await command.With(compare.JobId, compare.Attempt, compare.Epoch, compare.Objects.ToArray())
            .ExecuteReaderAsync(cancellationToken);
        var (settings, objects, segments) = ((string?)null, new List<ObjectToCompare>(), new List<StagedSegment>());
        while (await row.ReadAsync(cancellationToken))
        {
            settings ??= row.GetString(0);
            if (row.IsDBNull(1)) continue;
            var objectNo = row.GetInt32(1);
            if (objects.Count == 0 || objects[^1].Plan.ObjectNo != objectNo)
                objects.Add(new ObjectToCompare(StoredJson.Read<ReadPlan>(row.GetString(2)).Object, segments = []));
            if (row.IsDBNull(3)) continue;
            var name = new SegmentName(compare.JobId, compare.Attempt, objectNo, row.GetInt32(3), row.GetInt32(4), row.GetGuid(5));
            segments.Add(new StagedSegment(name, row.GetInt64(6), row.GetFieldValue<byte[]>(7)));
        }

        return settings is null ? null : new JobToCompare(StoredJson.Read<PipelineDefinition>(settings), objects);
    }
}
