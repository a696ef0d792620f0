using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>Runs that came due, or were asked for, and were not started, each with why.</summary>
static class SkippedRuns
{
    /// <summary>After so long those of an hour that say the same are one record, and their runs are no longer known by their ids.</summary>
    public static readonly TimeSpan MergedAfter = TimeSpan.FromDays(1);

    public static Task AddAsync(CoordinatorDbContext db, StartJob run, Guid pipeline, Guid? job, RunRule rule, string reason) => db.Database.ExecuteSqlAsync(
        $"""
         insert into coordinator.skipped_run
             (run_id, pipeline_id, job_id, trigger, trigger_detail, actor, trigger_reason, reason, rule, first_due, last_due)
         select {run.RunId}, pipeline_id, {job}::uuid, {run.Trigger.ToString()}, {run.TriggerDetail}::text, {run.Actor}, {run.Reason}::text, {reason},
                {rule.ToString()}, {run.Due?.ToUniversalTime()}::timestamptz, {run.Due?.ToUniversalTime()}::timestamptz
         from coordinator.pipeline where pipeline_id = {pipeline}
         on conflict do nothing
         """);

    /// <summary>Those that came due while no scheduler looked, in one row.</summary>
    public static Task AddAsync(CoordinatorDbContext db, RecordMissedRuns missed, string reason) => db.Database.ExecuteSqlAsync(
        $"""
         insert into coordinator.skipped_run (run_id, pipeline_id, trigger, actor, reason, runs, first_due, last_due)
         select {missed.RecordId}, pipeline_id, {nameof(TriggerKind.Schedule)}, 'headgate', {reason}, {missed.Count}, {missed.FirstDue.ToUniversalTime()},
                {missed.LastDue.ToUniversalTime()}
         from coordinator.pipeline where pipeline_id = {missed.PipelineId}
         on conflict do nothing
         """);

    /// <summary>Whatever becomes of it, of what came due until then the scheduler has told.</summary>
    public static Task NoteDueAsync(CoordinatorDbContext db, Guid pipeline, DateTimeOffset due) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.pipeline set schedule_last_due = {due.ToUniversalTime()}
         where pipeline_id = {pipeline} and (schedule_last_due is null or schedule_last_due < {due.ToUniversalTime()})
         """);

    /// <summary>A run that was skipped stays skipped, whatever has become of what was in its way. Null: it was not.</summary>
    public static async Task<RunAnswered?> FindAsync(CoordinatorDbContext db, StartJob run, PipelineRow? pipeline, DateTimeOffset now)
    {
        var found = await db.Database.SqlQuery<Row>(
            $"select job_id, reason, coalesce(rule, 'ActiveJob') as rule from coordinator.skipped_run where run_id = {run.RunId}").ToListAsync();
        if (found.Count == 0 && run is { PipelineId: { } id, Due: { } due } && due < now - MergedAfter) found = await FindMergedAsync(db, id, due);
        if (found is not [var row]) return null;
        var rule = Enum.Parse<RunRule>(row.rule);
        return new RunAnswered
        {
            RunId = run.RunId,
            Outcome = rule == RunRule.ActiveJob ? RunOutcome.Skipped : RunOutcome.Refused,
            Rule = rule,
            JobId = row.job_id,
            SuccessorId = rule == RunRule.SuccessorWaits ? pipeline?.Waiting()?.RunId : null,
            PipelineState = pipeline?.state,
            Sentence = $"The run was skipped already: {row.reason}.",
        };
    }

    // The scheduler may have been away for days before it asked what has become of a run, and sent it again as nobody knew it.
    static Task<List<Row>> FindMergedAsync(CoordinatorDbContext db, Guid pipeline, DateTimeOffset due) => db.Database.SqlQuery<Row>(
        $"""
         select job_id, reason, rule from coordinator.skipped_run
         where pipeline_id = {pipeline} and trigger = {nameof(TriggerKind.Schedule)} and rule is not null and runs > 1
             and first_due <= {due.ToUniversalTime()} and last_due >= {due.ToUniversalTime()}
         order by last_due, run_id limit 1
         """).ToListAsync();

    sealed record Row(Guid? job_id, string reason, string rule);
}
