using Headgate.Contracts.Extraction;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>Objects that an incompatible change keeps out of a run, in the saga's own transaction.</summary>
static class BlockedWork
{
    const int ReasonsShown = 5;

    /// <summary>Once it is blocked it stays so, whatever a second answer says.</summary>
    public static async Task RecordAsync(CoordinatorDbContext db, SyncJob job, IReadOnlyList<BlockedObject> blocked)
    {
        foreach (var each in blocked)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                 update coordinator.job_object
                 set state = 'Blocked', blocked_code = {each.Problem.Code}, blocked_sentence = {each.Problem.Sentence}
                 where job_id = {job.CorrelationId} and object_no = {each.ObjectNo} and state = 'Unplanned'
                 """);
        }
    }

    /// <summary>Whether no object is left to go on with.</summary>
    public static Task<bool> IsEveryOneAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""
         select coalesce(bool_and(state = 'Blocked'), false) as "Value" from coordinator.job_object where job_id = {job.CorrelationId}
         """).SingleAsync();

    /// <summary>A job that nothing was left of looks at all of its objects again; of any other they stay out until the next run.</summary>
    public static Task ForgetAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.job_object set state = 'Unplanned', blocked_code = null, blocked_sentence = null
         where job_id = {job.CorrelationId} and state = 'Blocked'
           and not exists (select from coordinator.job_object other where other.job_id = {job.CorrelationId} and other.state <> 'Blocked')
         """);

    /// <summary>The reasons as one error of the job.</summary>
    public static async Task<Problem> ProblemAsync(CoordinatorDbContext db, SyncJob job)
    {
        var reasons = await db.Database.SqlQuery<BlockedReason>(
            $"""
             select blocked_code, blocked_sentence from coordinator.job_object
             where job_id = {job.CorrelationId} and state = 'Blocked' order by object_no
             """).ToListAsync();
        var more = reasons.Count > ReasonsShown ? $" And {reasons.Count - ReasonsShown} more objects are blocked." : "";
        return new Problem
        {
            Code = reasons[0].blocked_code,
            Sentence = string.Join(' ', reasons.Take(ReasonsShown).Select(reason => reason.blocked_sentence)) + more,
            Retryable = false,
        };
    }
}
