using Headgate.Connectors.Destinations;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Doubts;

/// <summary>
/// Which jobs have records on their way to destinations that make neither transactions nor idempotent writes: a stop by force would leave
/// those in doubt. The saga decides by it under the lock of the job's row, and previews of commands by the same statement.
/// </summary>
sealed class InFlight(IEnumerable<IDestinationConnector> connectors)
{
    // A job whose fence has been closed has nothing in flight, whatever its segments say; nor has one that is only being closed. Between two
    // positions of the fence what was in hand at the older one may still be under way, though nothing is in hand.
    const string Sql =
        """
        select j.job_id, coalesce((select sum(s.rows - s.written) from coordinator.job_segment s
                                   where s.job_id = j.job_id and s.attempt = j.attempt and s.state = 'Loading'), 0)::bigint
        from coordinator.sync_job j
        join coordinator.pipeline_version v on v.pipeline_id = j.pipeline_id and v.version = j.pipeline_version
        where j.job_id = any($1) and v.destination ->> 'connector' = any($2)
          and (j.state = 'Processing' and j.phase <> 'Closing'
               or j.state in ('Pausing', 'Canceling') and j.resume_to = 'Processing' and j.fence_counts is null)
        """;

    readonly string[] _doubtful =
        [.. connectors.Where(connector => connector.Guarantee == WriteGuarantee.Neither).Select(connector => connector.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>Of the job, how many at most; null: none can be in doubt. On an open connection, in its transaction if it has one.</summary>
    public async Task<long?> OfAsync(NpgsqlConnection connection, Guid job, CancellationToken cancellationToken = default) =>
        (await OfAsync(connection, [job], cancellationToken)).TryGetValue(job, out var records) ? records : null;

    /// <summary>Of those of the jobs that have any.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> OfAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> jobs, CancellationToken cancellationToken = default)
    {
        // No statement where nothing can be in doubt: whoever stops by force waits for it.
        if (_doubtful.Length == 0 || jobs.Count == 0) return new Dictionary<Guid, long>();
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = _doubtful });
        return (await command.ListAsync(row => (Job: row.GetGuid(0), Records: row.GetInt64(1)), cancellationToken))
            .ToDictionary(each => each.Job, each => each.Records);
    }

    /// <summary>Why a stop by force is refused, and what would be accepted.</summary>
    /// <param name="records">How many may be in flight; null or 0: not known.</param>
    public static string Sentence(long? records) =>
        (records > 0 ? $"up to {records} records may be in flight" : "records may be in flight")
        + " to a destination whose writes are not idempotent, and force would leave them in doubt; accept_in_doubt says that it may, and a pause first leaves none";
}
