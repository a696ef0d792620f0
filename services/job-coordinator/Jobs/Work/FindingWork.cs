using System.Text.Json;
using Headgate.Contracts.Comparing;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What was found of staged records before launch, in the saga's own transaction.</summary>
static class FindingWork
{
    /// <summary>Of the objects that are staged; of any other it is out of date. What was found once stays.</summary>
    public static async Task RecordAsync(CoordinatorDbContext db, SyncJob job, RecordsCompared compared)
    {
        foreach (var found in compared.Objects)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                 insert into coordinator.job_finding (job_id, attempt, object_no, found)
                 select job_id, {job.Attempt}, object_no, {JsonSerializer.Serialize(found, PipelineJson.Options)}::jsonb
                 from coordinator.job_object where job_id = {job.CorrelationId} and object_no = {found.ObjectNo} and state = 'Extracted'
                 on conflict do nothing
                 """);
        }
    }

    /// <summary>Objects that are staged and of which nothing is found yet, up to so many.</summary>
    public static async Task<IReadOnlyList<int>> UnfoundAsync(CoordinatorDbContext db, SyncJob job, int most) => await db.Database.SqlQuery<int>(
        $"""
         select o.object_no as "Value" from coordinator.job_object o
         where o.job_id = {job.CorrelationId} and o.state = 'Extracted'
           and not exists (select from coordinator.job_finding f
                           where f.job_id = o.job_id and f.attempt = {job.Attempt} and f.object_no = o.object_no)
         order by o.object_no limit {most}
         """).ToListAsync();
}
