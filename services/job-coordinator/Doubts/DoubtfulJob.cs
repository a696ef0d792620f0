using System.Text.Json;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.JobCoordinator.Doubts;

/// <summary>A job that has ended and left records in doubt. Its saga ignores everything by now; what is counted here is its row's alone.</summary>
sealed record DoubtfulJob(Guid Id, Guid PipelineId, int PipelineVersion)
{
    /// <summary>Takes those that are due, each for so long: whoever has taken one and is killed leaves it to the next.</summary>
    public static async Task<IReadOnlyList<DoubtfulJob>> TakeDueAsync(
        CoordinatorState state, TimeSpan lease, int most, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update coordinator.sync_job set doubts_due_at = now() + $1 where job_id in (
                select job_id from coordinator.sync_job where doubts_due_at <= now() and finished_at is not null
                order by doubts_due_at limit $2 for update skip locked)
            returning job_id, pipeline_id, pipeline_version
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = lease });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await command.ListAsync(row => new DoubtfulJob(row.GetGuid(0), row.GetGuid(1), row.GetInt32(2)), cancellationToken);
    }

    /// <summary>Attempts that have left records in doubt.</summary>
    public async Task<IReadOnlyList<DoubtfulAttempt>> AttemptsAsync(CoordinatorState state, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select attempt, written from coordinator.sync_job where job_id = $1 and in_doubt > 0
            union select attempt, written from coordinator.job_attempt where job_id = $1 and in_doubt > 0
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Id });
        return await command.ListAsync(row => new DoubtfulAttempt(row.GetInt32(0), row.GetInt64(1)), cancellationToken);
    }

    /// <summary>Counts an attempt as the destination's ledger has it now.</summary>
    public async Task CountAsync(CoordinatorState state, int attempt, IReadOnlyList<LedgerEntry> ledger, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            with present as (
                update coordinator.sync_job set written = $3, inserted = $4, updated = $5, unchanged = $6, rejected = $7, in_doubt = $8, fence_counts = $9
                where job_id = $1 and attempt = $2)
            update coordinator.job_attempt set written = $3, inserted = $4, updated = $5, unchanged = $6, rejected = $7, in_doubt = $8
            where job_id = $1 and attempt = $2
            """);
        var objects = ledger.GroupBy(entry => entry.ObjectNo).ToDictionary(entries => entries.Key, entries => RecordCounts.Sum(entries.Select(entry => entry.Counts)));
        var sum = RecordCounts.Sum(objects.Values);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempt });
        foreach (var count in (ReadOnlySpan<long>)[sum.Written, sum.Inserted, sum.Updated, sum.Unchanged, sum.Rejected, sum.InDoubt])
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = count });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(objects, PipelineJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>None is open any more.</summary>
    public async Task SettleAsync(CoordinatorState state, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("update coordinator.sync_job set doubts_due_at = null where job_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Id });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
