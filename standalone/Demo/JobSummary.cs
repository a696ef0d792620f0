using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.Standalone.Demo;

/// <summary>A job in one line.</summary>
sealed record JobSummary(
    Guid JobId, string Pipeline, string Kind, string State, long Extracted, long Written, long Inserted, long Updated, long Unchanged, long Rejected,
    string? WaitingFor, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt, long Estimated)
{
    const string Columns =
        "job_id, project || '/' || pipeline, kind, state, extracted, written, inserted, updated, unchanged, rejected, waiting_for, error, created_at, finished_at, "
        + "coalesce((select sum(greatest(estimated_rows, 0)) from coordinator.job_object o where o.job_id = sync_job.job_id and o.full_read), 0)::bigint";

    public static async Task<JobSummary?> FindAsync(CoordinatorState state, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand($"select {Columns} from coordinator.sync_job where job_id = $1");
        command.Parameters.AddWithValue(jobId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JobSummary(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4), reader.GetInt64(5),
                reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), Text(reader, 10), Text(reader, 11),
                reader.GetFieldValue<DateTimeOffset>(12), reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13), reader.GetInt64(14))
            : null;
    }

    public override string ToString()
    {
        var counts = $"{State}: {Extracted:N0} extracted, {Written:N0} written ({Inserted:N0} inserted, {Updated:N0} updated, {Unchanged:N0} unchanged, {Rejected:N0} rejected)";
        return (Error ?? WaitingFor) is { } remark ? $"{counts}. {remark}" : counts;
    }

    static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);
}
