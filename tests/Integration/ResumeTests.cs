using Headgate.Contracts.Jobs;

namespace Headgate.Integration.Tests;

/// <summary>Jobs that go on: after a restart of everything, over a source that has changed, and without objects that are blocked.</summary>
public sealed class ResumeTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task Jobs_paused_in_both_phases_go_on_with_the_rest_after_everything_was_killed_and_every_queue_emptied()
    {
        await _headgate.Source.ExecuteAsync("create table read_first (id int primary key, v text); insert into read_first select n, md5(n::text) from generate_series(1, 5000) n");
        var reading = await ReadingAsync("read_last", Pipelines.Object("read_first"));
        await Installation.EventuallyAsync(
            async () => await CopiesAsync(reading, "o.object_no = 0 and o.state = 'Extracted'") != "", () => Task.FromResult("the first table is not staged"));
        await _headgate.TellAsync(new PauseJob { JobId = reading, Actor = "test" });
        var loading = await LoadingAsync("loaded_half");
        await _headgate.StateAsync(reading, "Paused");
        var (staged, written) = (await CopiesAsync(reading, "o.object_no = 0"), await WrittenAsync(loading));
        var all = await CopiesAsync(loading, "true");

        await Task.WhenAll(_headgate.Worker.KillAsync(), _headgate.Coordinator.KillAsync(), _headgate.Scheduler.KillAsync());
        await _headgate.EmptyQueuesAsync();
        await HurryAsync("read_last");
        await Task.WhenAll(_headgate.StartWorkerAsync(), _headgate.StartCoordinatorAsync(), _headgate.StartSchedulerAsync());
        foreach (var job in (Guid[])[reading, loading]) Assert.Equal(0, (await _headgate.CommandAsync("resume", job.ToString())).ExitCode);

        await _headgate.CompleteAsync(reading);
        await _headgate.CompleteAsync(loading);
        // What was sealed is what was loaded, and what was written was not written again.
        Assert.Equal(staged, await CopiesAsync(reading, "o.object_no = 0"));
        Assert.Equal(all, await CopiesAsync(loading, "true"));
        Assert.InRange(written, 1, 59999);
        Assert.Equal(60000, await _headgate.Destination.ScalarAsync<long>($"select sum(row_count)::bigint from headgate.batch where job_id = '{loading}'"));
        foreach (var (job, table) in new[] { (reading, "read_last"), (loading, "loaded_half") })
        {
            await _headgate.EqualAsync(table);
            await _headgate.LedgerExactAsync(job);
        }

        await _headgate.EqualAsync("read_first");
        await _headgate.InsertsLoggedAsync(loading, "loaded_half");
    }

    [Fact]
    public async Task Job_whose_source_has_changed_is_restarted_and_not_resumed()
    {
        var job = await ReadingAsync("reshaped");
        await _headgate.TellAsync(new PauseJob { JobId = job, Actor = "test" });
        await _headgate.StateAsync(job, "Paused");
        await HurryAsync("reshaped");
        await _headgate.Source.ExecuteAsync("alter table reshaped alter id type bigint");

        var refused = await _headgate.CommandAsync("resume", job.ToString());

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("column \"id\" was integer when the job planned, and is bigint", refused.Output, StringComparison.Ordinal);
        Assert.Contains("RestartJob", refused.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _headgate.CommandAsync("restart", job.ToString())).ExitCode);
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("reshaped");
        await _headgate.QuietAsync(job);
        Assert.Equal(2, await _headgate.State.ScalarAsync<int>($"select attempt from coordinator.sync_job where job_id = '{job}'"));
    }

    [Fact]
    public async Task Object_that_does_not_fit_any_more_is_blocked_until_a_run_finds_it_mended_and_the_other_goes_on()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table fits (id int primary key, v text, at timestamptz not null default now() - interval '1 hour');
            create table odd (id int primary key, v text, at timestamptz not null default now() - interval '1 hour');
            insert into fits values (1, '1'); insert into odd values (1, '1')
            """);
        await _headgate.ApplyAsync(Pipelines.Of(
            "mixed", $"{Pipelines.Object("fits", cursor: "at")}\n{Pipelines.Object("odd", cursor: "at")}", "  extract: { cursorLag: 0s }"));
        var first = await _headgate.RunAsync("test/mixed");
        await _headgate.CompleteAsync(first);
        await _headgate.Destination.ExecuteAsync("alter table odd alter v type int using v::int");
        await _headgate.Source.ExecuteAsync("insert into fits values (2, '2', clock_timestamp()); insert into odd values (2, '2', clock_timestamp())");

        var second = await _headgate.RunAsync("test/mixed");
        await _headgate.CompleteAsync(second);

        await _headgate.EqualAsync("fits");
        Assert.Equal(1, await _headgate.Destination.ScalarAsync<long>("select count(*) from odd"));
        var shown = await _headgate.CommandAsync("jobs", "show", second.ToString(), "--output", "json");
        Assert.Contains("type-mismatch", shown.Output, StringComparison.Ordinal);
        Assert.Equal($"{second} {first}", await _headgate.State.ScalarAsync<string>(
            $"select string_agg(job_id::text, ' ' order by object_no) from coordinator.object_offset where job_id in ('{first}', '{second}')"));

        await _headgate.Destination.ExecuteAsync("alter table odd alter v type text");
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/mixed"));
        await _headgate.EqualAsync("odd");
    }

    /// <summary>A job whose last table is being read, a hundredth of a second a record.</summary>
    async Task<Guid> ReadingAsync(string table, string? before = null)
    {
        await _headgate.Source.ExecuteAsync(
            $$"""
            create table {{table}} (id int primary key, v text);
            insert into {{table}} select n, 'v' || n from generate_series(1, 20000) n;
            create function gate_{{table}}() returns boolean language plpgsql volatile as 'begin perform pg_sleep(0.01); return true; end'
            """);
        var slow = Pipelines.Object(table, filter: $"gate_{table}()");
        var name = table.Replace('_', '-');
        await _headgate.ApplyAsync(Pipelines.Of(name, before is null ? slow : $"{before}\n{slow}"));
        var job = await _headgate.RunAsync($"test/{name}");
        await Installation.EventuallyAsync(
            async () => await _headgate.Source.ScalarAsync<long>(
                $"""
                 select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active'
                   and query like 'COPY %gate!_{table}%' escape '!'
                 """) > 0,
            () => Task.FromResult($"nobody reads\n{_headgate.Worker.Output}"));
        return job;
    }

    Task HurryAsync(string table) =>
        _headgate.Source.ExecuteAsync($"create or replace function gate_{table}() returns boolean language sql volatile as 'select true'");

    /// <summary>A job that was paused with the batches committed that it had in hand.</summary>
    async Task<Guid> LoadingAsync(string table)
    {
        var name = table.Replace('_', '-');
        await _headgate.Source.ExecuteAsync($"create table {table} (id int primary key, v text); insert into {table} select n, repeat('x', 500) from generate_series(1, 60000) n");
        await _headgate.Destination.ExecuteAsync($"create table {table} (id int primary key, v text)");
        await _headgate.ApplyAsync(Pipelines.Of(name, Pipelines.Object(table)));
        Guid job;
        await using (await _headgate.BlockAsync(table))
        {
            job = await _headgate.RunAsync($"test/{name}");
            await _headgate.WorkerBlockedAsync();
            await _headgate.TellAsync(new PauseJob { JobId = job, Actor = "test" });
        }

        await _headgate.StateAsync(job, "Paused");
        return job;
    }

    Task<long> WrittenAsync(Guid job) => _headgate.State.ScalarAsync<long>($"select written from coordinator.sync_job where job_id = '{job}'");

    /// <summary>The sealed copies of segments that are in force.</summary>
    async Task<string> CopiesAsync(Guid job, string which) => await _headgate.State.ScalarAsync<string?>(
        $"""
         select string_agg(s.copy::text, ' ' order by s.object_no, s.segment_no)
         from coordinator.job_segment s join coordinator.job_object o using (job_id, object_no)
         where job_id = '{job}' and s.state <> 'Abandoned' and {which}
         """) ?? "";
}
