namespace Headgate.Integration.Tests;

/// <summary>Resyncs and runs that take the place of the active job, from the command line to the tables.</summary>
public sealed class ResyncTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task Resync_puts_right_what_no_incremental_run_sees_writes_nothing_else_and_the_next_run_is_incremental()
    {
        await CreateAsync("drifted");
        await _headgate.ApplyAsync(Pipelines.Of("drifted", Pipelines.Object("drifted", cursor: "at"), "  extract: { cursorLag: 0s }"));
        var first = await _headgate.RunAsync("test/drifted");
        await _headgate.CompleteAsync(first);
        await _headgate.Destination.ExecuteAsync("update drifted set v = 'by hand' where id <= 3; delete from drifted where id in (50, 51)");

        var resync = await _headgate.CommandAsync("resync", "test/drifted", "--wait", "--reason", "somebody wrote there");

        Assert.True(resync.ExitCode == 0, resync.Output);
        await _headgate.EqualAsync("drifted");
        var job = await LastAsync("drifted");
        Assert.Equal("Resync Completed 100 3 2 95", await _headgate.State.ScalarAsync<string>(
            $"select concat_ws(' ', kind, state, written, updated, inserted, unchanged) from coordinator.sync_job where job_id = '{job}'"));
        Assert.Equal("Enabled", await _headgate.State.ScalarAsync<string>("select state from coordinator.pipeline where name = 'drifted'"));
        Assert.Equal(job, await OffsetAsync("drifted"));
        var shown = await _headgate.CommandAsync("jobs", "show", job.ToString());
        foreach (var step in (string[])["read-records", "load-records", "enable-pipeline"]) Assert.Contains(step, shown.Output, StringComparison.Ordinal);

        var next = await _headgate.RunAsync("test/drifted");
        await _headgate.CompleteAsync(next);
        Assert.Equal($"Incremental {job}", await _headgate.State.ScalarAsync<string>(
            $"select kind || ' ' || offset_job_id from coordinator.sync_job join coordinator.job_object using (job_id) where job_id = '{next}'"));
    }

    [Fact]
    public async Task Resync_takes_the_place_of_a_job_that_loads_and_a_run_that_comes_due_meanwhile_is_not_started()
    {
        await CreateAsync("busy", 30000);
        await _headgate.Destination.ExecuteAsync("create table busy (id int primary key, v text, at timestamptz not null)");
        await _headgate.ApplyAsync(Pipelines.Of("busy", Pipelines.Object("busy", cursor: "at")));
        (int ExitCode, string Output) asked;
        (int ExitCode, string Output) due;
        Guid active;
        await using (await _headgate.BlockAsync("busy"))
        {
            active = await _headgate.RunAsync("test/busy");
            await _headgate.WorkerBlockedAsync();
            asked = await _headgate.CommandAsync("resync", "test/busy", "--output", "json");
            due = await _headgate.CommandAsync("sync", "test/busy");
        }

        Assert.Equal((0, 1), (asked.ExitCode, due.ExitCode));
        Assert.Contains("RUN_OUTCOME_WAITING", asked.Output, StringComparison.Ordinal);
        Assert.Contains("Resyncing", due.Output, StringComparison.Ordinal);
        await _headgate.StateAsync(active, "Canceled");
        var job = await LastAsync("busy");
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("busy");
        Assert.Equal($"{active} {job}", await _headgate.State.ScalarAsync<string>(
            $"select predecessor_id || ' ' || (select successor_id from coordinator.sync_job where job_id = '{active}') from coordinator.sync_job where job_id = '{job}'"));
        Assert.Equal("Enabled", await _headgate.State.ScalarAsync<string>("select state from coordinator.pipeline where name = 'busy'"));
    }

    [Fact]
    public async Task Sync_that_cancels_the_active_job_waits_through_to_its_own_end()
    {
        await CreateAsync("replaced", 30000);
        await _headgate.Destination.ExecuteAsync("create table replaced (id int primary key, v text, at timestamptz not null)");
        await _headgate.ApplyAsync(Pipelines.Of("replaced", Pipelines.Object("replaced", cursor: "at")));
        Task<(int ExitCode, string Output)> waiting;
        Guid active;
        await using (await _headgate.BlockAsync("replaced"))
        {
            active = await _headgate.RunAsync("test/replaced");
            await _headgate.WorkerBlockedAsync();
            waiting = _headgate.CommandAsync("sync", "test/replaced", "--cancel-active", "--wait");
            await _headgate.StateAsync(active, "Pausing", "Canceling");
        }

        var ended = await waiting;

        Assert.True(ended.ExitCode == 0, ended.Output);
        Assert.Equal("Canceled", await _headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{active}'"));
        await _headgate.EqualAsync("replaced");
    }

    [Fact]
    public async Task Newly_included_object_is_read_in_full_in_the_same_job_that_goes_on_with_the_others()
    {
        await CreateAsync("known_before");
        await CreateAsync("new_here");
        await _headgate.ApplyAsync(Pipelines.Of("both", Pipelines.Object("known_before", cursor: "at")));
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/both"));
        await _headgate.ApplyAsync(Pipelines.Of("both", $"{Pipelines.Object("new_here", cursor: "at")}\n{Pipelines.Object("known_before", cursor: "at")}"));
        var estimate = await _headgate.CommandAsync("sync", "test/both", "--validate-only");

        var job = await _headgate.RunAsync("test/both");
        await _headgate.CompleteAsync(job);

        Assert.Equal("Incremental known_before=false new_here=true", await _headgate.State.ScalarAsync<string>(
            $"""
             select kind || ' ' || string_agg(split_part(source, '.', 2) || '=' || full_read, ' ' order by source)
             from coordinator.sync_job join coordinator.job_object using (job_id) where job_id = '{job}' group by kind
             """));
        Assert.Contains("all records of objects that have none", estimate.Output, StringComparison.Ordinal);
        await _headgate.EqualAsync("known_before");
        await _headgate.EqualAsync("new_here");
    }

    Task CreateAsync(string table, int rows = 100) => _headgate.Source.ExecuteAsync(
        $"""
         create table {table} (id int primary key, v text, at timestamptz not null);
         insert into {table} select n, repeat('v' || n, 20), now() - interval '1 hour' from generate_series(1, {rows}) n
         """);

    Task<Guid> LastAsync(string pipeline) =>
        _headgate.State.ScalarAsync<Guid>($"select current_job_id from coordinator.pipeline where name = '{pipeline}'");

    Task<Guid> OffsetAsync(string pipeline) => _headgate.State.ScalarAsync<Guid>(
        $"select o.job_id from coordinator.object_offset o join coordinator.pipeline p using (pipeline_id) where p.name = '{pipeline}'");
}
