using Headgate.JobCoordinator.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What has become of it.</summary>
public sealed partial class SagaJob
{
    public Task<SyncJob> RowAsync() => bench.ReadAsync(db => db.Jobs.AsNoTracking().SingleAsync(job => job.CorrelationId == Id));

    /// <summary>How long until the reconciler looks at it; null: it does not.</summary>
    public async Task<TimeSpan?> WakesInAsync() => (await RowAsync()).WakeAt - TimeProvider.System.GetUtcNow();

    public async Task<int> EpochAsync() => (await RowAsync()).Epoch;

    /// <summary>What was sent about this job since the mark, by type.</summary>
    public IReadOnlyList<T> Sent<T>() => [.. bench.Record.Sent.OfType<T>().Where(message => (Guid)typeof(T).GetProperty("JobId")!.GetValue(message)! == Id)];

    /// <summary>What was published about this job, by type.</summary>
    public IReadOnlyList<T> Published<T>() => [.. bench.Record.Published.OfType<T>().Where(message => (Guid)typeof(T).GetProperty("JobId")!.GetValue(message)! == Id)];

    /// <summary>The column "Value" of the only row.</summary>
    public Task<T> ValueAsync<T>(FormattableString sql) => SingleAsync(bench.ListAsync<T>(sql));

    static async Task<T> SingleAsync<T>(Task<List<T>> rows) => (await rows).Single();

    /// <summary>A member of the body of the last thing of this kind that is owed because of this job.</summary>
    public Task<string?> OwedAsync(string message, string member) => ValueAsync<string?>(
        $"""
         select body ->> {member} as "Value" from coordinator.obligation where job_id = {Id} and message like '%.' || {message}
         order by sequence desc limit 1
         """);

    /// <summary>Failures in a row that the pipeline counts.</summary>
    public Task<int> FailuresAsync() => ValueAsync<int>($"""select failures as "Value" from coordinator.pipeline where pipeline_id = {pipelineId}""");

    /// <summary>What is owed because of this job, in order.</summary>
    public Task<List<string>> OwedAsync() => bench.ReadAsync(db =>
        db.Database.SqlQuery<string>($"select split_part(message, '.', 4) as \"Value\" from coordinator.obligation where job_id = {Id} order by sequence").ToListAsync());
}
