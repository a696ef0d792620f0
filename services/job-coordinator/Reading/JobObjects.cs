using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Objects of jobs, and what was done of each.</summary>
sealed class JobObjects(CoordinatorState state)
{
    /// <summary>
    /// Of all these jobs at once; a job that has not begun has none. What the ledger held when the fence was moved on goes before what the
    /// workers have told of.
    /// </summary>
    public async Task<ILookup<Guid, V1.JobObject>> OfAsync(IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0) return Array.Empty<Guid>().ToLookup(id => id, _ => new V1.JobObject());
        await using var command = state.Source.CreateCommand(
            """
            select o.job_id, o.object_no, o.source, o.destination, o.full_read and o.estimated_rows >= 0, o.estimated_rows,
                   o.state = 'Unplanned' and o.next_segment_no = 0, o.full_read, coalesce(s.extracted, 0), coalesce(f.written, s.written, 0),
                   coalesce(f.inserted, s.inserted, 0), coalesce(f.updated, s.updated, 0), coalesce(f.unchanged, s.unchanged, 0),
                   coalesce(f.rejected, s.rejected, 0), coalesce(f.in_doubt, 0), coalesce(f.vanished, o.vanished),
                   o.blocked_code, o.blocked_sentence, coalesce(f.deleted, s.deleted, 0)
            from coordinator.job_object o
            left join (
                select j.job_id, k.key::int as object_no, (k.value ->> 'written')::bigint as written, (k.value ->> 'inserted')::bigint as inserted,
                       (k.value ->> 'updated')::bigint as updated, (k.value ->> 'unchanged')::bigint as unchanged,
                       (k.value ->> 'rejected')::bigint as rejected, (k.value ->> 'inDoubt')::bigint as in_doubt,
                       (k.value ->> 'vanished')::bigint as vanished, (k.value ->> 'deleted')::bigint as deleted
                from coordinator.sync_job j cross join lateral jsonb_each(j.fence_counts) k where j.job_id = any($1)) f
              on f.job_id = o.job_id and f.object_no = o.object_no
            left join (
                select s.job_id, s.object_no, sum(s.rows) filter (where s.state in ('Sealed', 'Loading', 'Loaded'))::bigint as extracted,
                       sum(s.written)::bigint as written, sum(s.inserted)::bigint as inserted, sum(s.updated)::bigint as updated,
                       sum(s.unchanged)::bigint as unchanged, sum(s.rejected)::bigint as rejected,
                       sum(s.deleted)::bigint as deleted
                from coordinator.sync_job j join coordinator.job_segment s on s.job_id = j.job_id and s.attempt = j.attempt
                where j.job_id = any($1) and s.state <> 'Abandoned' group by s.job_id, s.object_no) s
              on s.job_id = o.job_id and s.object_no = o.object_no
            where o.job_id = any($1) order by o.job_id, o.object_no
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs] });
        return (await command.ListAsync(row => (Job: row.GetGuid(0), Object: Read(row)), cancellationToken)).ToLookup(entry => entry.Job, entry => entry.Object);
    }

    static V1.JobObject Read(NpgsqlDataReader row)
    {
        var found = new V1.JobObject
        {
            Number = row.GetInt32(1),
            Source = row.GetString(2),
            Destination = row.GetString(3),
            Counts = new V1.RecordCounts
            {
                Extracted = row.GetInt64(8),
                Written = row.GetInt64(9),
                Inserted = row.GetInt64(10),
                Updated = row.GetInt64(11),
                Unchanged = row.GetInt64(12),
                Rejected = row.GetInt64(13),
                InDoubt = row.GetInt64(14),
                Vanished = row.GetInt64(15),
                Deleted = row.GetInt64(18),
            },
        };
        if (row.GetBoolean(4)) found.Counts.SourceEstimate = row.GetInt64(5);
        // Until it is planned nobody knows; the column says true.
        if (!row.GetBoolean(6)) found.FullRead = row.GetBoolean(7);
        if (row.Text(17) is { } why) found.Blocked = new V1.Problem { Code = row.GetString(16), Sentence = why, Object = found.Destination };
        return found;
    }
}
