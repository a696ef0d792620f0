using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Preparation;

/// <summary>What sources were like for the runs that last completed.</summary>
sealed class KnownObjects(IngestState state)
{
    /// <summary>By object number. A run whose bound is not known here, or that did not keep it, says nothing.</summary>
    public async Task<IReadOnlyDictionary<int, KnownObject>> FindAsync(PrepareJob job, CancellationToken cancellationToken)
    {
        var asked = job.Objects.Where(wanted => wanted.Completed is not null).ToList();
        var known = new Dictionary<int, KnownObject>();
        if (asked.Count == 0 || job.DropAndLoad) return known;
        await using var command = state.Source.CreateCommand(
            """
            select w.no, b.known from unnest($1, $2, $3, $4, $5) w (no, job_id, attempt, source, target)
            join ingest.bound b on b.job_id = w.job_id and b.attempt = w.attempt and b.source = w.source and b.target = w.target
            where b.known is not null
            """);
        await using var row = await command
            .With(
                asked.Select(each => each.ObjectNo).ToArray(), asked.Select(each => each.Completed!.JobId).ToArray(),
                asked.Select(each => each.Completed!.Attempt).ToArray(),
                asked.Select(each => job.Pipeline.Objects[each.ObjectNo].From).ToArray(),
                asked.Select(each => job.Pipeline.Objects[each.ObjectNo].To).ToArray())
            .ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) known[row.GetInt32(0)] = StoredJson.Read<KnownObject>(row.GetString(1));
        return known;
    }
}
