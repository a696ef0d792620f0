using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Answers GetUsage, from the jobs' rows and from what their earlier attempts have left: all that was ever loaded, however jobs ended. Dry runs load nothing.</summary>
sealed class UsageReads(CoordinatorState state, DatabaseClock clock, Tokens tokens)
{
    const int Usual = 1_000;
    const int Most = 10_000;

    // The planner expects far more groups than there are pipelines and states, and would sort a million jobs on disk instead of hashing them.
    const string Room = "set local work_mem = '64MB'; set local jit = off";

    // Each job counts once, with its present attempt; what the earlier ones have moved is added to it. The totals are of all pages.
    const string Sql =
        """
        with counted as (
            select project, pipeline, state, 1 as jobs, extracted, written, inserted, updated, unchanged, rejected, vanished, in_doubt, deleted
            from coordinator.sync_job
            where kind <> 'DryRun' and finished_at >= $1 and finished_at < coalesce($2, 'infinity') and ($3 is null or project = $3) and ($4 is null or pipeline = $4)
            union all
            select project, pipeline, state, 1, extracted, written, inserted, updated, unchanged, rejected, vanished, in_doubt, deleted
            from coordinator.sync_job
            where kind <> 'DryRun' and finished_at is null and $2 is null and ($3 is null or project = $3) and ($4 is null or pipeline = $4)
            union all
            select j.project, j.pipeline, j.state, 0, a.extracted, a.written, a.inserted, a.updated, a.unchanged, a.rejected, a.vanished, a.in_doubt, a.deleted
            from coordinator.job_attempt a join coordinator.sync_job j using (job_id)
            where j.kind <> 'DryRun' and (j.finished_at >= $1 and j.finished_at < coalesce($2, 'infinity') or j.finished_at is null and $2 is null)
              and ($3 is null or j.project = $3) and ($4 is null or j.pipeline = $4)),
        used as materialized (
            select project, pipeline, state, sum(jobs)::bigint as jobs, sum(extracted)::bigint as extracted, sum(written)::bigint as written,
                   sum(inserted)::bigint as inserted, sum(updated)::bigint as updated, sum(unchanged)::bigint as unchanged,
                   sum(rejected)::bigint as rejected, sum(vanished)::bigint as vanished, sum(in_doubt)::bigint as in_doubt,
                   sum(deleted)::bigint as deleted
            from counted group by project, pipeline, state),
        page as (
            select * from used where $5 is null or (project, pipeline, state) > ($5, $6, $7) order by project, pipeline, state limit $8)
        select null::text as project, null::text as pipeline, null::text as state, coalesce(sum(jobs), 0)::bigint, coalesce(sum(extracted), 0)::bigint,
               coalesce(sum(written), 0)::bigint, coalesce(sum(inserted), 0)::bigint, coalesce(sum(updated), 0)::bigint,
               coalesce(sum(unchanged), 0)::bigint, coalesce(sum(rejected), 0)::bigint, coalesce(sum(vanished), 0)::bigint,
               coalesce(sum(in_doubt), 0)::bigint, coalesce(sum(deleted), 0)::bigint
        from used
        union all select * from page order by project nulls first, pipeline, state
        """;

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, or PERMISSION_DENIED: a foreign project is named.</exception>
    public async Task<V1.GetUsageResponse> GetAsync(V1.GetUsageRequest request, string? project, CancellationToken cancellationToken)
    {
        var query = UsageQuery.Check(request, project, clock.GetUtcNow());
        var size = PageSizes.Check(request.PageSize, Usual, Most);
        var bound = new V1.GetUsageRequest(request) { PageToken = "" };
        var after = request.PageToken.Length == 0 ? null : (await tokens.OpenAsync("page_token", bound, project, request.PageToken, cancellationToken)).Split('/');

        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var room = new NpgsqlCommand(Room, connection)) await room.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = query.Since.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = query.Until is { } until ? until.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        foreach (var text in (ReadOnlySpan<string?>)[query.Project, query.Pipeline, after?[0], after?[1], after?[2]])
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = size + 1 });
        var rows = await command.ListAsync(Read, cancellationToken);

        var (total, usage) = (rows[0], rows[1..]);
        var shown = usage.Take(size).ToList();
        return new V1.GetUsageResponse
        {
            Usage = { shown },
            Total = total.Counts,
            TotalJobs = total.Jobs,
            NextPageToken = usage.Count == shown.Count ? "" : await tokens.SealAsync("page_token", bound, project, PlaceOf(shown[^1]), cancellationToken),
        };
    }

    // Names have no slash.
    static string PlaceOf(V1.GetUsageResponse.Types.Usage usage) => $"{usage.Project}/{usage.Pipeline}/{usage.State}";

    static V1.GetUsageResponse.Types.Usage Read(NpgsqlDataReader row) => new()
    {
        Project = row.Text(0) ?? "",
        Pipeline = row.Text(1) ?? "",
        State = row.Text(2) is { } state ? Enum.Parse<V1.JobState>(state) : V1.JobState.Unspecified,
        Jobs = row.GetInt64(3),
        Counts = new V1.RecordCounts
        {
            Extracted = row.GetInt64(4),
            Written = row.GetInt64(5),
            Inserted = row.GetInt64(6),
            Updated = row.GetInt64(7),
            Unchanged = row.GetInt64(8),
            Rejected = row.GetInt64(9),
            Vanished = row.GetInt64(10),
            InDoubt = row.GetInt64(11),
            Deleted = row.GetInt64(12),
        },
    };
}
