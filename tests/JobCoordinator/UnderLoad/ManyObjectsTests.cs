using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Tests.Saga;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>What is asked for after each segment is found by index: a job of thousands of objects does not read through all of them each time.</summary>
[Collection(nameof(SagaCollection))]
public sealed class ManyObjectsTests(SagaBench bench)
{
    const int Objects = 3_000;
    const int RowsAtMost = 100;
    const int UsesBeforePlanIsKept = 12;

    [Fact]
    public async Task The_next_segment_to_load_is_found_among_thousands()
    {
        var job = await SeedAsync(done: "Loaded", left: "Sealed");
        await AssertFindsAsync(job, LoadingWork.TakeNextAsync);
    }

    [Fact]
    public async Task The_next_segment_to_read_is_found_among_thousands()
    {
        var job = await SeedAsync(done: "Sealed", left: "Planned");
        await AssertFindsAsync(job, ExtractionWork.TakeNextAsync);
    }

    /// <summary>Beside so many other jobs that the planner takes the job for a small one, whose segments it would rather sort.</summary>
    async Task AssertFindsAsync(SyncJob job, Func<CoordinatorDbContext, SyncJob, int, Task<IReadOnlyList<SegmentInHand>>> take)
    {
        foreach (var others in (int[])[300, 600, 1_200, 2_400, 0])
        {
            await CrowdAsync(others);
            await bench.ReadAsync(async db =>
            {
                await db.Database.OpenConnectionAsync();
                // The last of them has a plan that is kept, as after some uses: made once, for jobs of any size.
                for (var use = 0; use < UsesBeforePlanIsKept; use++)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync();
                    await db.Database.ExecuteSqlRawAsync("set local plan_cache_mode = force_generic_plan");
                    var before = await RowsReadAsync(db);
                    Assert.Equal(8, (await take(db, job, 8)).Count);
                    Assert.InRange(await RowsReadAsync(db) - before, 8, RowsAtMost);
                }

                return true;
            });
        }
    }

    /// <summary>Segments of so many other jobs and of no more; of the jobs nothing else, nor do the keys that lead there matter here.</summary>
    async Task CrowdAsync(int others)
    {
        await bench.ExecuteAsync(
            $"""
             set session_replication_role = replica;
             delete from coordinator.job_segment s where not exists (select from coordinator.sync_job j where j.job_id = s.job_id);
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy)
             select gen_random_uuid(), 1, 0, 0, (array['Loaded', 'Planned', 'Sealed'])[1 + n % 3], gen_random_uuid() from generate_series(1, {others}) n;
             set session_replication_role = origin
             """);
        await bench.ExecuteAsync($"analyze coordinator.job_object, coordinator.job_segment");
    }

    /// <summary>A job with nothing in hand, half of whose objects are done.</summary>
    async Task<SyncJob> SeedAsync(string done, string left)
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key, next_segment_no)
             select {job.Id}, n, case when {left} = 'Planned' and n > {Objects / 2} then 'Extracting' else 'Extracted' end, 'public.a', 'public.a', n::text, 1
             from generate_series(1, {Objects}) n
             """);
        await bench.ExecuteAsync(
            $"""
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, rows)
             select {job.Id}, 1, n, 0, case when n > {Objects / 2} then {left} else {done} end, gen_random_uuid(), 10 from generate_series(1, {Objects}) n
             """);
        await bench.ExecuteAsync($"update coordinator.job_object set state = 'Extracted' where job_id = {job.Id} and state = 'Unplanned'");
        return await job.RowAsync();
    }

    static async Task<long> RowsReadAsync(CoordinatorDbContext db) => (await db.Database.SqlQuery<long>(
        $"""
         select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint as "Value"
         from pg_stat_xact_user_tables where schemaname = 'coordinator' and relname in ('job_object', 'job_segment')
         """).ToListAsync()).Single();
}
