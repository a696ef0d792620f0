using Headgate.Contracts.Jobs;

namespace Headgate.Integration.Tests;

/// <summary>What a canceled run leaves behind: no schema change of it is taken over, and the next run begins where the last successful one ended.</summary>
public sealed class CanceledRunTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task Historical_run_that_was_canceled_while_it_read_drops_no_column_and_the_next_looks_at_the_schema_anew()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table reading (id int primary key, v text, gone text);
            insert into reading select n, 'v' || n, 'g' || n from generate_series(1, 2000) n;
            create function gate_reading() returns boolean language plpgsql volatile as 'begin perform pg_sleep(0.01); return true; end'
            """);
        await _headgate.Destination.ExecuteAsync("create table reading (id int primary key, v text, kept text default 'mine', gone text)");
        await _headgate.ApplyAsync(Pipelines.Of("reading", Pipelines.Object("reading", filter: "gate_reading()")));
        var canceled = await _headgate.RunAsync("test/reading");
        await Installation.EventuallyAsync(
            async () => await _headgate.Source.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like 'COPY %gate!_reading%' escape '!'") > 0,
            () => Task.FromResult("nobody reads"));
        // What it has planned does not fit any more when the next one comes.
        await _headgate.TellAsync(new CancelJob { JobId = canceled, Actor = "test" });
        await _headgate.StateAsync(canceled, "Canceled");
        await _headgate.Source.ExecuteAsync(
            """
            create or replace function gate_reading() returns boolean language sql volatile as 'select true';
            alter table reading drop column gone, add column later int default 7
            """);

        var next = await _headgate.RunAsync("test/reading");
        await _headgate.CompleteAsync(next);

        Assert.Equal("Historical Historical", await KindsAsync(canceled, next));
        Assert.Equal("id v kept gone later", await _headgate.Destination.ScalarAsync<string>(
            "select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = 'reading'::regclass and attnum > 0 and not attisdropped"));
        Assert.Equal("2000 mine 7", await _headgate.Destination.ScalarAsync<string>(
            "select count(*) || ' ' || min(kept) || ' ' || min(later) from reading where v = 'v' || id"));
    }

    [Fact]
    public async Task Historical_run_that_was_canceled_while_it_loaded_drops_no_column_and_the_next_loads_everything()
    {
        await CreateAsync("loading");
        await _headgate.Destination.ExecuteAsync("create table loading (id int primary key, v text, kept text default 'mine', at timestamptz)");
        await _headgate.ApplyAsync(Pipelines.Of("loading", Pipelines.Object("loading", cursor: "at")));
        var canceled = await CancelLoadingAsync("loading");
        await _headgate.Source.ExecuteAsync("alter table loading add column later int default 7");

        var next = await _headgate.RunAsync("test/loading");
        await _headgate.CompleteAsync(next);

        Assert.Equal("Historical Historical", await KindsAsync(canceled, next));
        Assert.Equal("id v kept at later", await _headgate.Destination.ScalarAsync<string>(
            "select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = 'loading'::regclass and attnum > 0 and not attisdropped"));
        Assert.Equal(30000, await _headgate.Destination.ScalarAsync<long>("select count(*) from loading where kept = 'mine' and later = 7"));
    }

    [Fact]
    public async Task Incremental_run_that_was_canceled_leaves_the_offsets_and_the_next_goes_on_from_the_last_successful_run()
    {
        const string table = "offset_kept";
        const string pipeline = "offset-kept";
        await CreateAsync(table);
        await _headgate.ApplyAsync(Pipelines.Of(pipeline, Pipelines.Object(table, cursor: "at"), "  extract: { cursorLag: 0s }"));
        var first = await _headgate.RunAsync($"test/{pipeline}");
        await _headgate.CompleteAsync(first);
        await _headgate.Source.ExecuteAsync($"update {table} set v = 'changed', at = clock_timestamp() where id <= 20000");
        var canceled = await CancelLoadingAsync(table);
        Assert.Equal(first, await OffsetAsync(pipeline));
        await _headgate.Source.ExecuteAsync($"update {table} set v = 'changed later', at = clock_timestamp() where id > 29000");

        var next = await _headgate.RunAsync($"test/{pipeline}");
        await _headgate.CompleteAsync(next);

        Assert.Equal("Incremental Incremental", await KindsAsync(canceled, next));
        Assert.Equal(first, await _headgate.State.ScalarAsync<Guid>($"select offset_job_id from coordinator.job_object where job_id = '{next}'"));
        Assert.Equal(next, await OffsetAsync(pipeline));
        await _headgate.EqualAsync(table);
    }

    Task CreateAsync(string table) => _headgate.Source.ExecuteAsync(
        $"""
         create table {table} (id int primary key, v text, at timestamptz not null);
         insert into {table} select n, repeat('v' || n, 20), now() - interval '1 hour' from generate_series(1, 30000) n
         """);

    /// <summary>A run that was canceled with a batch in hand, which commits.</summary>
    async Task<Guid> CancelLoadingAsync(string table)
    {
        Guid job;
        await using (await _headgate.BlockAsync(table))
        {
            job = await _headgate.RunAsync($"test/{table.Replace('_', '-')}");
            await _headgate.WorkerBlockedAsync();
            await _headgate.TellAsync(new CancelJob { JobId = job, Actor = "test", PauseFirst = true });
        }

        await _headgate.StateAsync(job, "Canceled");
        return job;
    }

    Task<string?> KindsAsync(Guid one, Guid other) => _headgate.State.ScalarAsync<string>(
        $"select (select kind from coordinator.sync_job where job_id = '{one}') || ' ' || (select kind from coordinator.sync_job where job_id = '{other}')");

    Task<Guid> OffsetAsync(string pipeline) => _headgate.State.ScalarAsync<Guid>(
        $"select o.job_id from coordinator.object_offset o join coordinator.pipeline p using (pipeline_id) where p.name = '{pipeline}'");
}
