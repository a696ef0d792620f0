using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>How long runs took, in the database of the coordinator and in the saga's own transaction.</summary>
static class RunHistories
{
    const int RunsKept = 100;

    // What is over sooner says nothing of a pace.
    const double LeastSeconds = 60;
    const long LeastRows = 10_000;

    /// <summary>Of runs of the same kind.</summary>
    public static async Task<RunTimes> OfAsync(NpgsqlConnection connection, SyncJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select ran_ms, rates, latencies from coordinator.run_history where pipeline_id = $1 and incremental = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = job.Kind == JobKind.Incremental });
        var found = await command.ListAsync(
            row => new RunTimes(row.GetFieldValue<long[]>(0), row.GetFieldValue<double[]>(1), row.GetFieldValue<double[]>(2)), cancellationToken);
        return found is [var times] ? times : RunTimes.None;
    }

    /// <param name="connection">The saga's.</param>
    /// <param name="job">The job, completed.</param>
    /// <param name="hasCeiling">Whether its rate was limited: then it says nothing of how fast it could be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task KeepAsync(NpgsqlConnection connection, SyncJob job, bool hasCeiling, CancellationToken cancellationToken)
    {
        var seconds = job.LoadedFor.TotalSeconds;
        double[] rate = hasCeiling || seconds < LeastSeconds ? [] : [job.Written / seconds];
        double[] latency = job.Written < LeastRows || job.BusyMs == 0 ? [] : [job.BusyMs * 1_000.0 / job.Written];
        await using var command = new NpgsqlCommand(
            $"""
             insert into coordinator.run_history as h (pipeline_id, incremental, ran_ms, rates, latencies) values ($1, $2, array[$3], $4, $5)
             on conflict (pipeline_id, incremental) do update set ran_ms = (excluded.ran_ms || h.ran_ms)[1:{RunsKept}],
                 rates = (excluded.rates || h.rates)[1:{RunsKept}], latencies = (excluded.latencies || h.latencies)[1:{RunsKept}]
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = job.Kind == JobKind.Incremental });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (long)job.Ran.TotalMilliseconds });
        command.Parameters.Add(new NpgsqlParameter<double[]> { TypedValue = rate });
        command.Parameters.Add(new NpgsqlParameter<double[]> { TypedValue = latency });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
