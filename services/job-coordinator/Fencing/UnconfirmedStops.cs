using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>
/// Stops that were abandoned and whose fence could not be moved since: the job may still write, so no run writes to its destination. Where
/// the fence was never seen to open, the job's version of its pipeline claims where it could.
/// </summary>
static class UnconfirmedStops
{
    /// <summary>A job whose stop is unconfirmed at a destination; null: none.</summary>
    public static async Task<Guid?> AtAsync(CoordinatorDbContext db, string destination)
    {
        var jobs = await db.Database.SqlQuery<Guid>(
            $"""
             select j.job_id as "Value" from coordinator.sync_job j
             where j.stop_unconfirmed and (j.destination = {destination} or j.destination is null and exists (
                 select from coordinator.pipeline_target t
                 where t.pipeline_id = j.pipeline_id and t.version = j.pipeline_version and t.destination = {destination}))
             limit 1
             """).ToListAsync();
        return jobs is [var job] ? job : null;
    }

    /// <summary>The same where a pipeline would write as far as it is known: where it was armed, else where its file was applied.</summary>
    public static async Task<Guid?> BeforeAsync(CoordinatorDbContext db, Guid pipelineId)
    {
        var destinations = await db.Database.SqlQuery<string>(
            $"""
             with applied as (
                 select v.definition -> 'destination' as destination from coordinator.pipeline p
                 join coordinator.pipeline_version v on v.pipeline_id = p.pipeline_id and v.version = p.version where p.pipeline_id = {pipelineId}),
             armed as (
                 select a.identity from coordinator.armed_destination a, applied
                 where a.pipeline_id = {pipelineId}
                   and a.reference = (applied.destination ->> 'connector') || ' ' || (applied.destination ->> 'connection'))
             select identity as "Value" from armed
             union
             select t.destination from coordinator.pipeline_target t
             where t.pipeline_id = {pipelineId} and t.latest and not exists (select from armed)
             """).ToListAsync();
        foreach (var destination in destinations)
            if (await AtAsync(db, destination) is { } job) return job;
        return null;
    }

    /// <summary>Why nothing is written there.</summary>
    public static string Sentence(Guid job) =>
        $"The stop of job {job} at this destination was abandoned and is unconfirmed: no run writes there until its fence could be moved, "
        + "which is tried again and again.";
}
