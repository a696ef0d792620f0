using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>From PostgreSQL to PostgreSQL, with sources that change.</summary>
public sealed class EvolutionTests : WorkerTest
{
    TestDatabase _destination = null!;
    PostgresFence _fence = null!;
    long _jobNo;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("evolved_destination");
        await _destination.ExecuteAsync("create table a (id int primary key, name text, changed_at timestamptz)");
        _fence = new PostgresFence(_destination.ConnectionString);
    }

    public override async Task DisposeAsync()
    {
        await _fence.DisposeAsync();
        await base.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task What_changed_is_judged_by_the_completed_run_and_not_by_one_that_was_canceled()
    {
        var completed = To("a", "b");
        await RunAsync(completed);
        await Source.ExecuteAsync("alter table a alter name type varchar(9)");
        // As if it had not been known before: this one plans the narrower type, and is canceled.
        await Worker.AskAsync<JobPrepared>((completed with { JobId = Guid.NewGuid() }).PrepareAll());

        var next = completed with { JobId = Guid.NewGuid() };
        var prepared = await Worker.AskAsync<JobPrepared>(After(next.PrepareAll(), completed));

        var blocked = Assert.Single(prepared.Blocked);
        Assert.Equal((0, "type-narrowed"), (blocked.ObjectNo, blocked.Problem.Code));
        Assert.Contains("\"name\" was text", blocked.Problem.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(prepared.Objects).ObjectNo);
    }

    [Fact]
    public async Task A_widened_column_is_widened_after_launch_and_not_before()
    {
        await _destination.ExecuteAsync("alter table a add n int");
        await Source.ExecuteAsync("alter table a add n int default 1");
        var completed = To("a");
        await RunAsync(completed);
        await Source.ExecuteAsync("alter table a alter n type bigint; update a set n = 5000000000 where id = 1");
        var next = completed with { JobId = Guid.NewGuid() };
        await StageAsync(After(next.PrepareAll(), completed), next);
        Assert.Equal("integer", await TypeAsync());
        await LoadAsync(next, await StageAsync(After(next.PrepareAll(), completed), next));
        Assert.Equal("bigint", await TypeAsync());
        Assert.Equal(5000000000, await _destination.ScalarAsync<long>("select n from a where id = 1"));
        Assert.Equal(1, await _destination.ScalarAsync<long>("select count(*) from headgate.schema_change where inverse like '%integer'"));
    }

    [Fact]
    public async Task A_column_that_comes_while_the_source_is_read_is_for_the_next_run()
    {
        var job = To("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Source.ExecuteAsync("alter table a add came text default 'x'; insert into a (id) values (99)");
        var staged = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        await LoadAsync(job, [staged]);
        Assert.Equal(10, await _destination.ScalarAsync<long>("select count(*) from a"));
        await RunAsync(job with { JobId = Guid.NewGuid() });
        Assert.Equal(11, await _destination.ScalarAsync<long>("select count(*) from a where came = 'x'"));
    }

    [Fact]
    public async Task Tables_are_loaded_anew_whatever_they_were_and_swapped_in()
    {
        var completed = To("a");
        await RunAsync(completed);
        await Source.ExecuteAsync("alter table a drop name, add kind int default 3");
        await _destination.ExecuteAsync("insert into a values (77, 'by hand')");
        var resync = completed with { JobId = Guid.NewGuid() };
        var prepare = After(resync.PrepareAll(), completed) with { Kind = JobKind.Resync, DropAndLoad = true };
        var planned = Assert.Single((await Worker.AskAsync<JobPrepared>(prepare)).Objects);
        Assert.Equal((true, true, false), (planned.Replaced, planned.Full, planned.New));
        await LoadAsync(resync, await StageAsync(prepare, resync));
        Assert.Equal(1, await _destination.ScalarAsync<long>("select count(*) from a where name = 'by hand'"));

        await Worker.AskAsync<ObjectsFinished>(new FinishObjects { JobId = resync.JobId, Attempt = 1, Epoch = 1 });

        Assert.Equal(10, await _destination.ScalarAsync<long>("select count(*) from a where kind = 3"));
        var kept = await _destination.ScalarAsync<string>("select old_name from headgate.table_swap");
        Assert.Equal(11, await _destination.ScalarAsync<long>($"select count(name) from {kept}"));
    }

    [Fact]
    public async Task A_table_that_somebody_reads_is_waited_for_by_name_and_the_others_are_swapped_meanwhile()
    {
        var job = To("a", "b");
        await RunAsync(job);
        var resync = job with { JobId = Guid.NewGuid() };
        var prepare = resync.PrepareAll() with { Kind = JobKind.Resync, DropAndLoad = true };
        await LoadAsync(resync, await StageAsync(prepare, resync));
        await using var reader = await _destination.DataSource.OpenConnectionAsync();
        await using var command = reader.CreateCommand();
        command.CommandText = "begin; select from a limit 1";
        await command.ExecuteNonQueryAsync();

        var finish = new FinishObjects { JobId = resync.JobId, Attempt = 1, Epoch = 1 };
        var held = (await Worker.AskAsync<StepFailed>(finish)).Problem;

        Assert.Equal(("lock-timeout", true, true), (held.Code, held.Retryable, held.Held));
        Assert.Contains($"held by backend {reader.ProcessID}", held.Sentence, StringComparison.Ordinal);
        Assert.Equal("b", await _destination.ScalarAsync<string>(
            "select string_agg(split_part(replace(table_name, '\"', ''), '.', 2), ',') from headgate.table_swap where state = 'swapped'"));
        command.CommandText = "commit";
        await command.ExecuteNonQueryAsync();
        await Worker.AskAsync<ObjectsFinished>(finish);
        Assert.Equal(2, await _destination.ScalarAsync<long>("select count(*) from headgate.table_swap where state = 'swapped'"));
    }

    static PrepareJob After(PrepareJob prepare, JobUnderTest completed) =>
        prepare with { Objects = [.. prepare.Objects.Select(each => each with { Completed = completed.Offset })] };

    async Task RunAsync(JobUnderTest job) => await LoadAsync(job, await StageAsync(job.PrepareAll(), job));

    async Task<IReadOnlyList<SegmentExtracted>> StageAsync(PrepareJob prepare, JobUnderTest job)
    {
        var staged = new List<SegmentExtracted>();
        foreach (var planned in (await Worker.AskAsync<JobPrepared>(prepare)).Objects)
            staged.Add(await Worker.AskAsync<SegmentExtracted>(job.Extract(planned.ObjectNo, 0)));
        return staged;
    }

    async Task LoadAsync(JobUnderTest job, IReadOnlyList<SegmentExtracted> staged)
    {
        Assert.IsType<FenceMoveResult.Moved>(await _fence.MoveAsync(
            new FenceMove { PipelineId = job.PipelineId, JobId = job.JobId, JobNo = ++_jobNo, Attempt = 1, Epoch = job.Epoch, Open = true }, default));
        var empty = (await Worker.AskAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects;
        foreach (var segment in staged) await Worker.AskAsync<SegmentLoaded>(job.Load(segment) with { Empty = empty.Contains(segment.ObjectNo) });
    }

    Task<string?> TypeAsync() => _destination.ScalarAsync<string>(
        "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'a'::regclass and attname = 'n'");

    JobUnderTest To(params string[] tables)
    {
        var job = Job(tables);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) };
        return job with { Pipeline = job.Pipeline with { Destination = destination } };
    }
}
