using System.Diagnostics;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Steps;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>From PostgreSQL to PostgreSQL, of a pipeline that does not keep what vanished.</summary>
public sealed class VanishedTests : WorkerTest
{
    TestDatabase _destination = null!;
    PostgresFence _fence = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("vanished_destination");
        await _destination.ExecuteAsync(
            """
            create table a (id int primary key, name text, changed_at timestamptz);
            insert into a select n, 'old' from generate_series(5, 14) n;
            create table b (id int primary key, name text, changed_at timestamptz, a int references a);
            insert into b select n, 'old' from generate_series(1, 22) n;
            """);
        _fence = new PostgresFence(_destination.ConnectionString);
    }

    public override async Task DisposeAsync()
    {
        await _fence.DisposeAsync();
        await base.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task A_full_run_deletes_what_the_source_does_not_have()
    {
        var job = To("a");
        await LoadAsync(job);

        var finished = await Worker.AskAsync<ObjectsFinished>(Finish(job));

        Assert.Equal(4, finished.Vanished[0]);
        Assert.Equal("1,2,3,4,5,6,7,8,9,10", await _destination.ScalarAsync<string>("select string_agg(id::text, ',' order by id) from a"));
        Assert.Equivalent(finished, await Worker.AskAsync<ObjectsFinished>(Finish(job)), strict: true);
    }

    [Theory]
    [InlineData(JobKind.Incremental, 10)]
    [InlineData(JobKind.Resync, 5)]
    public async Task A_source_that_was_made_anew_is_read_in_full_and_may_be_being_filled_still(JobKind kind, long rows)
    {
        var first = To("a");
        await LoadAsync(first);
        await Worker.AskAsync<ObjectsFinished>(Finish(first));
        await Source.ExecuteAsync(
            """
            drop table a;
            create table a (id int primary key, name text, changed_at timestamptz not null default now() - interval '1 year');
            insert into a select n, 'new' from generate_series(1, 5) n
            """);

        var next = first with { JobId = Guid.NewGuid() };
        var prepare = next.PrepareAll(first.Offset) with { Kind = kind };
        await LoadAsync(next, prepare with { Objects = [.. prepare.Objects.Select(each => each with { Completed = first.Offset })] });
        await Worker.AskAsync<ObjectsFinished>(Finish(next));

        Assert.Equal(rows, await _destination.ScalarAsync<long>("select count(*) from a"));
        Assert.Equal(5, await _destination.ScalarAsync<long>("select count(*) from a where name = 'new'"));
    }

    [Fact]
    public async Task An_object_that_is_finished_is_not_looked_at_again()
    {
        var job = To("a", "b");
        await LoadAsync(job);
        var finished = await Worker.AskAsync<ObjectsFinished>(Finish(job));
        await _destination.ExecuteAsync("drop table a, b");
        Assert.Equivalent(finished, await Worker.AskAsync<ObjectsFinished>(Finish(job)), strict: true);
    }

    [Fact]
    public async Task A_ceiling_holds_for_rows_that_are_deleted_too()
    {
        await _destination.ExecuteAsync("insert into b select n, 'old' from generate_series(31, 60) n");
        var job = To("b");
        await LoadAsync(job);
        var since = Stopwatch.GetTimestamp();
        var finished = await Worker.AskAsync<ObjectsFinished>(Finish(job) with { RateNo = 1, MaxRowsPerSecond = 10 });
        Assert.Equal(32, finished.Vanished[0]);
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 2.5, 10);
    }

    [Fact]
    public async Task Rows_that_refer_to_others_go_before_them()
    {
        await _destination.ExecuteAsync("update b set a = 6; update b set a = 14 where id = 21");
        var job = To("a", "b");
        await LoadAsync(job);
        var finished = await Worker.AskAsync<ObjectsFinished>(Finish(job));
        Assert.Equal((4, 2), (finished.Vanished[0], finished.Vanished[1]));
    }

    [Fact]
    public async Task What_others_hold_fails_the_step_in_words()
    {
        await _destination.ExecuteAsync("create table c (a int constraint holder references a); insert into c values (12)");
        var job = To("a");
        await LoadAsync(job);
        var failed = await Worker.AskAsync<StepFailed>(Finish(job));
        Assert.Equal((JobStep.Finish, "rows-held", false), (failed.Step, failed.Problem.Code, failed.Problem.Retryable));
        Assert.Contains("holder", failed.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_reads_a_part_deletes_nothing()
    {
        var full = To("a");
        await LoadAsync(full);
        await Source.ExecuteAsync("update a set changed_at = now() - interval '1 minute' where id = 3");
        var part = full with { JobId = Guid.NewGuid() };
        await LoadAsync(part, full.Offset);
        Assert.Empty((await Worker.AskAsync<ObjectsFinished>(Finish(part))).Vanished);
        Assert.Equal(14, await _destination.ScalarAsync<long>("select count(*) from a"));
    }

    [Fact]
    public async Task A_job_that_was_stopped_is_not_finished()
    {
        var job = To("a");
        await LoadAsync(job);
        await Worker.Get<StepsInHand>().StopAsync(new() { JobId = job.JobId, Epoch = job.Epoch + 1, Force = false });
        await MoveAsync(job with { Epoch = 2 }, isOpen: false);
        await Worker.SendAsync(Finish(job));
        await Worker.AskAsync<Contracts.Jobs.JobReleased>(job.Release(staging: false));
        Assert.Equal(14, await _destination.ScalarAsync<long>("select count(*) from a"));
    }

    Task LoadAsync(JobUnderTest job, OffsetReference? offset = null) => LoadAsync(job, job.PrepareAll(offset));

    async Task LoadAsync(JobUnderTest job, PrepareJob prepare)
    {
        var prepared = await Worker.AskAsync<JobPrepared>(prepare);
        var staged = new List<SegmentExtracted>();
        foreach (var planned in prepared.Objects)
        {
            SegmentExtracted? segment = null;
            do staged.Add(segment = await Worker.AskAsync<SegmentExtracted>(job.Extract(planned.ObjectNo, segment?.NextSegmentNo ?? 0)));
            while (segment.NextSegmentNo is not null);
        }

        await MoveAsync(job, isOpen: true);
        var empty = (await Worker.AskAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects;
        foreach (var segment in staged)
            await Worker.AskAsync<SegmentLoaded>(job.Load(segment) with { Empty = empty.Contains(segment.ObjectNo) });
    }

    static FinishObjects Finish(JobUnderTest job) => new() { JobId = job.JobId, Attempt = job.Attempt, Epoch = job.Epoch };

    long _jobNo;

    async Task MoveAsync(JobUnderTest job, bool isOpen) => Assert.IsType<FenceMoveResult.Moved>(await _fence.MoveAsync(
        new FenceMove
        {
            PipelineId = job.PipelineId,
            JobId = job.JobId,
            JobNo = ++_jobNo,
            Attempt = job.Attempt,
            Epoch = job.Epoch,
            Open = isOpen,
        },
        default));

    JobUnderTest To(params string[] tables)
    {
        var job = Job(tables);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) };
        return job with { Pipeline = job.Pipeline with { Destination = destination, OnVanished = OnVanished.Delete } };
    }
}
