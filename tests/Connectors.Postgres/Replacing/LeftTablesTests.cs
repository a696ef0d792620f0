using Headgate.Connectors.Postgres.Replacing;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>Tables that earlier jobs have left.</summary>
public sealed class LeftTablesTests : SwapTest
{
    [Fact]
    public async Task A_launch_removes_as_many_as_it_has_time_for_and_the_next_one_goes_on()
    {
        await Bench.Database.ExecuteAsync($"""
            CREATE TABLE headgate.old_0 (); CREATE TABLE headgate.old_1 (); CREATE TABLE headgate.old_2 ();
            INSERT INTO headgate.table_swap (job_id, attempt, object_no, read_no, pipeline_id, table_name, new_name, state, old_name, swapped_at)
            SELECT gen_random_uuid(), 1, i, 0, '{Bench.Job.PipelineId}', 't', 'n', 'swapped', 'headgate.old_' || i, now() - interval '2 days'
            FROM generate_series(0, 2) i
            """);
        foreach (var left in (long[])[2, 1, 0])
        {
            await new LeftTables(Bench.Database.DataSource, Bench.Job, TimeSpan.FromDays(1), TimeSpan.Zero).RemoveAsync(default);
            Assert.Equal(left, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.table_swap WHERE state = 'swapped'"));
            Assert.Equal(left, await Bench.Database.ScalarAsync<long>(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'headgate' AND tablename ~ '^old_'"));
        }
    }
}
