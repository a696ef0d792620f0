using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>The steps of jobs that people follow one by one.</summary>
sealed class JobTasks(CoordinatorState state)
{
    /// <summary>Of the present attempts of those jobs that have steps; the others are not looked for.</summary>
    public async Task<ILookup<Guid, V1.JobTask>> OfAsync(IEnumerable<JobRow> jobs, CancellationToken cancellationToken)
    {
        var stepped = jobs.Where(job => job.Kind == JobKind.Resync).Select(job => job.Id).ToArray();
        if (stepped.Length == 0) return Array.Empty<Guid>().ToLookup(id => id, _ => new V1.JobTask());
        await using var command = state.Source.CreateCommand(
            """
            select t.job_id, t.task, t.state, t.started_at, t.finished_at, t.detail
            from coordinator.job_task t join coordinator.sync_job j on j.job_id = t.job_id and j.attempt = t.attempt
            where t.job_id = any($1) order by t.job_id, t.no
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = stepped });
        return (await command.ListAsync(row => (Job: row.GetGuid(0), Task: Read(row)), cancellationToken)).ToLookup(entry => entry.Job, entry => entry.Task);
    }

    static V1.JobTask Read(NpgsqlDataReader row) => new()
    {
        Kind = Kind(Enum.Parse<ResyncTask>(row.GetString(1))),
        State = Enum.Parse<V1.JobTaskState>(row.GetString(2)),
        Started = JobMessages.Time(row.Value<DateTimeOffset>(3)),
        Finished = JobMessages.Time(row.Value<DateTimeOffset>(4)),
        Detail = row.Text(5) ?? "",
    };

    static V1.JobTaskKind Kind(ResyncTask task) => Enum.Parse<V1.JobTaskKind>(task.ToString());
}
