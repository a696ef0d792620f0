using System.Text.Json;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>Objects of a replay or rollback, in the saga's own transaction: those of the job that it repairs, as far as they are meant.</summary>
static class RepairWork
{
    /// <summary>What the job repairs.</summary>
    public static RepairOf Of(SyncJob job) => JsonSerializer.Deserialize<RepairOf>(job.Scope!, PipelineJson.Options)!;

    /// <summary>
    /// A rollback goes by the tables that the job wrote. A replay goes by the pipeline file in force, and has those of its objects that write to
    /// tables which the job wrote, from wherever they are read now. Neither goes on from an offset.
    /// </summary>
    public static async Task BeginAsync(CoordinatorDbContext db, SyncJob job, PipelineDefinition pipeline)
    {
        var repair = Of(job);
        if (job.Kind == JobKind.Rollback)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                 insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
                 select {job.CorrelationId}, object_no, 'Unplanned', source, destination, object_key
                 from coordinator.job_object where job_id = {repair.JobId} and ({repair.Object}::text is null or destination = {repair.Object})
                 on conflict do nothing
                 """);
            return;
        }

        // By the tables, however they are spelled: the job has them as its plan did, and the file as somebody wrote them.
        var written = await db.Database.SqlQuery<string>(
            $"""select destination as "Value" from coordinator.job_object where job_id = {repair.JobId}""").ToListAsync();
        foreach (var (definition, no) in pipeline.Objects.Select((definition, no) => (definition, no)).Where(entry => entry.definition.Include))
        {
            if (repair.Object is { } only && !IsSame(only, definition.To)) continue;
            var (to, key) = (written.Find(each => IsSame(each, definition.To)), ObjectKey.Of(pipeline, definition));
            await db.Database.ExecuteSqlAsync(
                $"""
                 insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
                 select {job.CorrelationId}, {no}, 'Unplanned', {definition.From}, coalesce({to}::text, {definition.To}), {key}
                 where {to}::text is not null or exists (select from coordinator.job_object repaired where repaired.job_id = {repair.JobId}
                       and coordinator.object_name(repaired.object_key) = coordinator.object_name({key}))
                 on conflict do nothing
                 """);
        }
    }

    static bool IsSame(string one, string other) =>
        QualifiedName.TryParse(one, out var name) && QualifiedName.TryParse(other, out var same) && name == same;

    public static Task<bool> HasObjectsAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""select exists (select from coordinator.job_object where job_id = {job.CorrelationId}) as "Value" """).SingleAsync();

    /// <summary>What the workers are to prepare.</summary>
    public static async Task<PrepareRepair> PreparationAsync(CoordinatorDbContext db, SyncJob job, PrepareJob preparation)
    {
        var rows = await db.Database.SqlQuery<Row>(
            $"""
             select o.object_no, r.object_no as of_object_no, r.replaced
             from coordinator.job_object o join coordinator.job_object r on r.job_id = {job.OfJobId} and
                 case when {job.Kind == JobKind.Rollback} then r.object_no = o.object_no
                      else r.destination = o.destination or coordinator.object_name(r.object_key) = coordinator.object_name(o.object_key) end
             where o.job_id = {job.CorrelationId} and o.state = 'Unplanned' order by o.object_no
             """).ToListAsync();
        return new PrepareRepair
        {
            JobId = job.CorrelationId,
            Epoch = job.Epoch,
            Preparation = preparation,
            Repair = Of(job),
            Objects = [.. rows.Select(row => new RepairedObject { ObjectNo = row.object_no, OfObjectNo = row.of_object_no, WasReplaced = row.replaced })],
        };
    }

    sealed record Row(int object_no, int of_object_no, bool replaced);
}
