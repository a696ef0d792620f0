using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Vanished;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

/// <summary>Noted keys that the job which noted them did not come to let go of.</summary>
public sealed class LeftKeysTests : IAsyncLifetime
{
    const string Month = "interval '31 days'";

    VanishedBench _bench = null!;
    long _jobNo = 1;

    public async Task InitializeAsync() => _bench = await VanishedBench.StartAsync(
        "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'n' FROM generate_series(1, 10) i");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_launch_of_a_later_job_lets_go_of_them_whatever_it_does()
    {
        await NoteAsync();
        await TidyAsync(_bench.Load.Job);
        Assert.Equal(["(reading,9)"], await ReadsAsync());
        await TidyAsync(await LaunchAsync(_bench.Load.Job.PipelineId));
        Assert.Equal(["(dropped,0)"], await ReadsAsync());
    }

    [Fact]
    public async Task They_are_let_go_of_a_part_at_a_time_and_from_where_the_last_one_ended()
    {
        await NoteAsync();
        await _bench.Load.Database.ExecuteAsync("""
            UPDATE headgate.seen_key s SET key_hash = n
            FROM (SELECT ctid, row_number() OVER () AS n FROM headgate.seen_key) o WHERE o.ctid = s.ctid
            """);
        var next = await LaunchAsync(_bench.Load.Job.PipelineId);
        var keys = new LeftKeys(_bench.Load.Database.DataSource, next, TimeSpan.FromDays(1), atOnce: 4);
        await keys.LeaveAsync(default);
        foreach (var (state, from, left) in new[] { ("left", 4, 5), ("left", 8, 1), ("dropped", 9, 0) })
        {
            Assert.True(await keys.NextAsync(default));
            Assert.Equal(
                [$"({state},{from},{left})"],
                await _bench.Load.RowsAsync("SELECT state, next_block, (SELECT count(*) FROM headgate.seen_key) FROM headgate.full_read"));
        }

        Assert.False(await keys.NextAsync(default));
    }

    [Fact]
    public async Task A_job_does_not_wait_for_those_of_others_to_be_let_go_of()
    {
        await _bench.Load.Database.ExecuteAsync($"""
            WITH f AS (INSERT INTO headgate.full_read (job_id, attempt, object_no, read_no, pipeline_id, state)
                       VALUES (gen_random_uuid(), 1, 0, 0, '{_bench.Load.Job.PipelineId}', 'reading') RETURNING set_id)
            INSERT INTO headgate.seen_key SELECT set_id, i FROM f, generate_series(1, 100) i
            """);
        await _bench.FinishAsync(await NoteAsync());
        Assert.Equal(["(done,0)", "(reading,100)"], await ReadsAsync());
        await TidyAsync(await LaunchAsync(_bench.Load.Job.PipelineId));
        Assert.Equal(["(done,0)", "(dropped,0)"], await ReadsAsync());
    }

    [Theory]
    [InlineData(false, Month, Month, "(dropped,0)")]
    [InlineData(true, Month, Month, "(reading,9)")]
    [InlineData(false, "interval '1 day'", Month, "(reading,9)")]
    [InlineData(false, Month, "interval '1 day'", "(reading,9)")]
    public async Task Another_pipelines_launch_lets_go_of_those_that_nobody_has_gone_on_with_for_a_month(
        bool isOpen, string moved, string touched, string left)
    {
        await NoteAsync();
        await AgeAsync(isOpen, moved, touched);
        await TidyAsync(await LaunchAsync(Guid.NewGuid()));
        Assert.Equal([left], await ReadsAsync());
    }

    [Fact]
    public async Task A_job_that_is_resumed_after_that_takes_nothing_for_vanished()
    {
        var plan = await NoteAsync();
        await AgeAsync(isOpen: false, Month, Month);
        await TidyAsync(await LaunchAsync(Guid.NewGuid()));
        await _bench.Load.MoveAsync(3, open: true);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => _bench.BatchAsync(plan, epoch: 3));
        Assert.Equal("read-in-doubt", error.Problem.Code);
        Assert.Contains("restart the job", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, await _bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    async Task<ObjectPlan> NoteAsync()
    {
        var plan = await _bench.BeginAsync("items", ["id"]);
        await _bench.ReadAsync(plan, "SELECT i, 'n' FROM generate_series(1, 9) i");
        return plan;
    }

    async Task AgeAsync(bool isOpen, string moved, string touched)
    {
        if (!isOpen) await _bench.Load.MoveAsync(2, open: false);
        await _bench.Load.Database.ExecuteAsync($"""
            UPDATE headgate.fence SET moved_at = now() - {moved}; UPDATE headgate.full_read SET updated_at = now() - {touched}
            """);
    }

    async Task<JobTicket> LaunchAsync(Guid pipeline)
    {
        var job = _bench.Load.Job with { PipelineId = pipeline, JobId = Guid.NewGuid() };
        await _bench.Load.Fence.MoveAsync(
            _bench.Load.Move(1, open: true) with { PipelineId = pipeline, JobId = job.JobId, JobNo = ++_jobNo }, default);
        return job;
    }

    Task TidyAsync(JobTicket job) => _bench.Load.Destination.TidyAsync(job, TimeSpan.FromDays(1), default);

    /// <summary>The state of each read, and how many of its keys are there.</summary>
    Task<IReadOnlyList<string>> ReadsAsync() => _bench.Load.RowsAsync(
        "SELECT state, (SELECT count(*) FROM headgate.seen_key s WHERE s.set_id = f.set_id) FROM headgate.full_read f ORDER BY state");
}
