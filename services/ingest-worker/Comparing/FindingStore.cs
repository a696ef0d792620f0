using Headgate.Contracts.Comparing;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Comparing;

/// <summary>What a dry run has found of each segment, so that it is looked at once, whoever goes on.</summary>
sealed class FindingStore(IngestState state)
{
    /// <summary>By the copies of segments that they are of: of another copy they are void.</summary>
    public async Task<Dictionary<Guid, ObjectFindings>> OfAsync(CompareRecords compare, int objectNo, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select copy, found::text from ingest.finding where job_id = $1 and attempt = $2 and object_no = $3");
        await using var row = await command.With(compare.JobId, compare.Attempt, objectNo).ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, ObjectFindings>();
        while (await row.ReadAsync(cancellationToken)) found[row.GetGuid(0)] = StoredJson.Read<ObjectFindings>(row.GetString(1));
        return found;
    }

    /// <summary>Unless the attempt was released meanwhile: nobody would remove it any more.</summary>
    public async Task KeepAsync(CompareRecords compare, StagedSegment segment, ObjectFindings found, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            insert into ingest.finding (job_id, attempt, object_no, segment_no, copy, found)
            select job_id, attempt, $3, $4, $5, $6::jsonb from ingest.attempt where job_id = $1 and attempt = $2 and pipeline is not null for share
            on conflict (job_id, attempt, object_no, segment_no) do update set copy = excluded.copy, found = excluded.found
            """);
        await command
            .With(compare.JobId, compare.Attempt, found.ObjectNo, segment.Name.SegmentNo, segment.Name.Copy, StoredJson.Write(found))
            .ExecuteNonQueryAsync(cancellationToken);
    }
}
