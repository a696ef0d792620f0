using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// Jobs of a pipeline that were rolled back as a whole, by a rollback that stands: one that was rolled back itself has undone nothing in the end.
/// </summary>
sealed class UndoneJobs
{
    readonly ILookup<Guid, Guid> _undoings;

    UndoneJobs(IReadOnlyCollection<(Guid Job, long No, Guid By)> undoings)
    {
        _undoings = undoings.ToLookup(each => each.Job, each => each.By);
        var undone = undoings.DistinctBy(each => each.Job).Where(each => Contains(each.Job)).ToList();
        Jobs = [.. undone.Select(each => each.Job)];
        Numbers = undone.Select(each => each.No).ToHashSet();
    }

    /// <summary>Their ids.</summary>
    public IReadOnlyCollection<Guid> Jobs { get; }

    /// <summary>Their numbers.</summary>
    public IReadOnlySet<long> Numbers { get; }

    public bool Contains(Guid job) => _undoings[job].Any(undoing => !Contains(undoing));

    /// <summary>As it is committed. Of a pipeline a few rows, by an index of their own: people roll back, and seldom.</summary>
    public static async Task<UndoneJobs> OfAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select o.job_id, o.job_no, r.job_id
            from coordinator.sync_job r join coordinator.sync_job o on o.job_id = r.of_job_id
            where r.pipeline_id = $1 and r.kind = 'Rollback' and r.state = 'Completed' and coordinator.undoes_all(r.scope, o.scope)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = pipeline });
        return new UndoneJobs(await command.ListAsync(row => (row.GetGuid(0), row.GetInt64(1), row.GetGuid(2)), cancellationToken));
    }
}
