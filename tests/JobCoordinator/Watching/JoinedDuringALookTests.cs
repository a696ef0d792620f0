using Headgate.JobCoordinator.Tests.Reading;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Watching;

/// <summary>Whoever joins while the feed looks has seen more than that look: what it tells then is older.</summary>
public sealed class JoinedDuringALookTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    // In the place of the table is a view that holds a look back once it has seen what it sees, for as long as a test has the lock.
    const string Holdable =
        """
        create function coordinator.held(text) returns text language plpgsql as $$
        begin
            if current_query() like '%pg_visible_in_snapshot%' then
                perform pg_advisory_lock_shared(77), pg_advisory_unlock_shared(77);
            end if;
            return $1;
        end $$;
        do $$
        declare
            columns text;
        begin
            select string_agg(case attname when 'waiting_for' then 'coordinator.held(waiting_for) as waiting_for' else attname end, ', ' order by attnum)
            into columns from pg_attribute where attrelid = 'coordinator.sync_job'::regclass and attnum > 0 and not attisdropped;
            alter table coordinator.sync_job rename to sync_job_rows;
            execute format('create view coordinator.sync_job as select %s from coordinator.sync_job_rows', columns);
        end $$
        """;

    [Fact]
    public async Task They_are_not_told_what_is_older_than_they_were_shown()
    {
        var project = bench.NewProject();
        var job = await project.JobAsync("Processing");
        await bench.Database.ExecuteAsync(Holdable);
        using var before = bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = project.Filter });
        await before.NextAsync();
        await using var session = await bench.Database.DataSource.OpenConnectionAsync();

        await ExecuteAsync(session, "select pg_advisory_lock(77)");
        await project.SetAsync(job, "written = 1");
        await Eventually.HoldsAsync(() => bench.Database.ScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and not granted)"));
        await project.SetAsync(job, "written = 2");
        using var list = bench.Jobs.WatchJobs(new WatchJobsRequest { Filter = project.Filter });
        using var one = bench.Jobs.WatchJob(new WatchJobRequest { Job = new JobReference { Id = job.ToString() } });
        Assert.Equal((2, 2), ((await list.NextAsync()).Jobs.Single().Counts.Written, (await one.NextAsync()).Job.Counts.Written));
        await ExecuteAsync(session, "select pg_advisory_unlock(77)");

        // That one is told of both, the later one by a later look.
        while ((await before.NextAsync()).Jobs.Single().Counts.Written != 2) { }
        await project.SetAsync(job, "written = 3");
        Assert.Equal((3, 3), ((await list.NextAsync()).Jobs.Single().Counts.Written, (await one.NextAsync()).Job.Counts.Written));
    }

    static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync();
    }
}
