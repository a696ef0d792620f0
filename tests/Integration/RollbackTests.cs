namespace Headgate.Integration.Tests;

/// <summary>Rollbacks from the command line to the tables.</summary>
public sealed class RollbackTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task Wrong_run_is_put_back_but_for_what_somebody_has_changed_and_no_offset_moves()
    {
        var wrong = await WrongAsync("wronged", rows: 100, wrong: 40);
        await _headgate.Destination.ExecuteAsync("update wronged set v = 'by hand' where id = 3");

        var told = await _headgate.CommandAsync("rollback", wrong.ToString(), "--validate-only");
        Assert.True(told.ExitCode == 0, told.Output);
        Assert.Contains("would put back 41 changes", told.Output, StringComparison.Ordinal);
        var rolled = await _headgate.CommandAsync("rollback", wrong.ToString(), "--yes", "--wait");

        Assert.True(rolled.ExitCode == 0, rolled.Output);
        Assert.Contains("older than the source", rolled.Output, StringComparison.Ordinal);
        var job = await LastAsync("wronged");
        Assert.Equal("Rollback Completed 39 1 1", await CountsAsync(job));
        Assert.Equal("1 by hand", await _headgate.Destination.ScalarAsync<string>(
            "select count(*) || ' ' || min(v) from (select * from wronged except select * from wronged_before) x"));
        Assert.Equal(100, await _headgate.Destination.ScalarAsync<long>("select count(*) from wronged"));
        Assert.Equal("changed right3 wrong3 by hand", await _headgate.Destination.ScalarAsync<string>(
            $"select concat_ws(' ', conflict, before[2], written[2], now[2]) from headgate.rejected where job_id = '{job}'"));
        Assert.Equal(wrong, await _headgate.State.ScalarAsync<Guid>(
            "select o.job_id from coordinator.object_offset o join coordinator.pipeline p using (pipeline_id) where p.name = 'wronged'"));

        var next = await _headgate.RunAsync("test/wronged");
        await _headgate.CompleteAsync(next);
        Assert.Equal("Incremental Completed 0 0 0", await CountsAsync(next));
    }

    [Fact]
    public async Task Rollback_is_stopped_and_goes_on_to_its_end_and_is_itself_rolled_back()
    {
        var wrong = await WrongAsync("stopped", rows: 30000, wrong: 30000);
        await _headgate.Destination.ExecuteAsync("create table stopped_after as select * from stopped");
        Guid job;
        await using (await _headgate.BlockAsync("stopped"))
        {
            Assert.Equal(0, (await _headgate.CommandAsync("rollback", wrong.ToString(), "--yes")).ExitCode);
            job = await LastAsync("stopped");
            await _headgate.WorkerBlockedAsync();
            Assert.Equal(0, (await _headgate.CommandAsync("pause", job.ToString())).ExitCode);
        }

        await _headgate.StateAsync(job, "Paused");
        Assert.Equal(0, (await _headgate.CommandAsync("resume", job.ToString())).ExitCode);
        await _headgate.CompleteAsync(job);
        await SameAsync("stopped", "stopped_before");
        await _headgate.LedgerExactAsync(job);

        var again = await _headgate.CommandAsync("rollback", job.ToString(), "--yes", "--wait");
        Assert.True(again.ExitCode == 0, again.Output);
        await SameAsync("stopped", "stopped_after");
    }

    [Fact]
    public async Task Rollback_that_begins_anew_finds_put_back_what_was()
    {
        var wrong = await WrongAsync("anew", rows: 20000, wrong: 20000);
        Guid job;
        await using (await _headgate.BlockAsync("anew"))
        {
            Assert.Equal(0, (await _headgate.CommandAsync("rollback", wrong.ToString(), "--yes")).ExitCode);
            job = await LastAsync("anew");
            await _headgate.WorkerBlockedAsync();
            Assert.Equal(0, (await _headgate.CommandAsync("pause", job.ToString())).ExitCode);
        }

        await _headgate.StateAsync(job, "Paused");
        Assert.Equal(0, (await _headgate.CommandAsync("restart", job.ToString())).ExitCode);
        await _headgate.CompleteAsync(job);
        await SameAsync("anew", "anew_before");
    }

    [Fact]
    public async Task Refusals_say_why_and_end_with_the_code_of_a_refusal()
    {
        var wrong = await WrongAsync("refused", rows: 10, wrong: 5);
        var field = await _headgate.CommandAsync("rollback", wrong.ToString(), "--field", "nothing", "--yes");
        Assert.NotEqual(0, field.ExitCode);
        Assert.Contains("expected one of v, at", field.Output, StringComparison.Ordinal);
        var done = await _headgate.CommandAsync("rollback", wrong.ToString(), "--field", "v", "--key", "id=2", "--yes", "--wait");
        Assert.True(done.ExitCode == 0, done.Output);
        Assert.Equal("right2 wrong1", await _headgate.Destination.ScalarAsync<string>(
            "select (select v from refused where id = 2) || ' ' || (select v from refused where id = 1)"));
        var nothing = await _headgate.CommandAsync("rollback", wrong.ToString(), "--key", "id=9", "--yes");
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("nothing is recorded", nothing.Output, StringComparison.Ordinal);
    }

    /// <summary>A table of right values, and a run that made so many of them wrong and added a row; as it was before it is kept beside it.</summary>
    async Task<Guid> WrongAsync(string table, int rows, int wrong)
    {
        await _headgate.Source.ExecuteAsync(
            $"""
             create table {table} (id int primary key, v text, at timestamptz not null);
             insert into {table} select n, 'right' || n, now() - interval '1 hour' from generate_series(1, {rows}) n
             """);
        await _headgate.ApplyAsync(Pipelines.Of(table, Pipelines.Object(table, cursor: "at"), "  extract: { cursorLag: 0s, cursorOverlap: 0s }"));
        await _headgate.CompleteAsync(await _headgate.RunAsync($"test/{table}"));
        await _headgate.Destination.ExecuteAsync($"create table {table}_before as select * from {table}");
        await _headgate.Source.ExecuteAsync(
            $"update {table} set v = 'wrong' || id, at = clock_timestamp() where id <= {wrong}; insert into {table} values ({rows} + 1, 'new', clock_timestamp())");
        var job = await _headgate.RunAsync($"test/{table}");
        await _headgate.CompleteAsync(job);
        return job;
    }

    async Task SameAsync(string table, string other) => Assert.Equal(0, await _headgate.Destination.ScalarAsync<long>(
        $"""
         select count(*) from ((select * from {table} except select * from {other}) union all (select * from {other} except select * from {table})) x
         """));

    Task<string?> CountsAsync(Guid job) => _headgate.State.ScalarAsync<string>(
        $"select concat_ws(' ', kind, state, updated, deleted, rejected) from coordinator.sync_job where job_id = '{job}'");

    Task<Guid> LastAsync(string pipeline) =>
        _headgate.State.ScalarAsync<Guid>($"select current_job_id from coordinator.pipeline where name = '{pipeline}'");
}
