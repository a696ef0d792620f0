using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Rollbacks of runs from PostgreSQL to PostgreSQL, every message delivered twice.</summary>
public sealed class RollbackTests : WorkerTest
{
    TestDatabase _destination = null!;
    PostgresFence _fence = null!;
    long _jobNo;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("rollback_destination");
        await _destination.ExecuteAsync(
            """
            create table a (id int primary key, name text, changed_at timestamptz, note text);
            create table b (id int primary key, name text, changed_at timestamptz);
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
    public async Task Table_is_as_it_was_before_the_job_and_again_as_after_it_when_the_rollback_is_rolled_back()
    {
        var first = To("a");
        await RunAsync(first);
        var before = await ContentsAsync("a");
        await Source.ExecuteAsync("update a set name = 'wrong' where id <= 4; insert into a values (11, 'new')");
        var second = first with { JobId = Guid.NewGuid() };
        await RunAsync(second);
        var after = await ContentsAsync("a");

        var rollback = second with { JobId = Guid.NewGuid() };
        var counts = await RepairAsync(rollback, second);

        Assert.Equal((4, 1, 0, 0), Of(counts));
        Assert.Equal(before, await ContentsAsync("a"));

        Assert.Equal((4, 0, 1, 0), Of(await RepairAsync(second with { JobId = Guid.NewGuid() }, rollback)));
        Assert.Equal(after, await ContentsAsync("a"));
    }

    [Fact]
    public async Task First_load_that_is_logged_in_blocks_is_deleted_but_for_what_somebody_changed()
    {
        var job = To("a");
        await RunAsync(job);
        await _destination.ExecuteAsync("update a set note = 'mine' where id = 3; update a set name = 'mine' where id = 5; delete from a where id = 7");

        Assert.Equal((0, 7, 0, 2), Of(await RepairAsync(job with { JobId = Guid.NewGuid() }, job)));

        Assert.Equal("3,5", await _destination.ScalarAsync<string>("select string_agg(id::text, ',' order by id) from a"));
        Assert.Equal("changed 2", await _destination.ScalarAsync<string>("select min(conflict) || ' ' || count(*) from headgate.rejected"));
    }

    [Fact]
    public async Task Only_the_fields_and_keys_that_are_meant_are_put_back()
    {
        var first = To("a");
        await RunAsync(first);
        await Source.ExecuteAsync("update a set name = 'wrong', changed_at = now() where id <= 4; insert into a values (11, 'new')");
        var second = first with { JobId = Guid.NewGuid() };
        await RunAsync(second);

        var byField = second with { JobId = Guid.NewGuid() };
        await _destination.ExecuteAsync($"insert into headgate.selection (job_id, object_no, key) values ('{byField.JobId}', 0, '{{2}}'), ('{byField.JobId}', 0, '{{11}}')");
        var counts = await RepairAsync(byField, second, of => of with { Fields = ["name"], HasKeys = true });

        Assert.Equal(1, counts.Updated);
        Assert.Equal("wrong,a2,wrong,wrong", await _destination.ScalarAsync<string>("select string_agg(name, ',' order by id) from a where id <= 4"));
        Assert.Equal(1, await _destination.ScalarAsync<long>("select count(*) from a where id = 11"));
    }

    [Fact]
    public async Task Source_need_not_be_there()
    {
        var job = To("a");
        await RunAsync(job);
        var gone = job with { Pipeline = job.Pipeline with { Source = job.Pipeline.Source with { Connection = Reference("Host=/nowhere;Database=x") } } };
        await RepairAsync(gone with { JobId = Guid.NewGuid() }, job);
        Assert.Equal(0, await _destination.ScalarAsync<long>("select count(*) from a"));
    }

    [Fact]
    public async Task Object_of_which_nothing_is_logged_is_blocked_and_the_others_go_on()
    {
        var job = To("a", "b");
        await RunAsync(job with { Pipeline = job.Pipeline with { Objects = [job.Pipeline.Objects[0]] } });

        var rollback = job with { JobId = Guid.NewGuid() };
        var prepared = await TwiceAsync<JobPrepared>(Prepare(rollback, job));

        Assert.Equal((0, 1, "nothing-recorded"), (prepared.Objects.Single().ObjectNo, prepared.Blocked.Single().ObjectNo, prepared.Blocked.Single().Problem.Code));
    }

    [Fact]
    public async Task Object_that_the_job_has_changed_nothing_of_is_one_empty_segment()
    {
        var first = To("a");
        await RunAsync(first);
        var second = first with { JobId = Guid.NewGuid() };
        await RunAsync(second);
        var rollback = second with { JobId = Guid.NewGuid() };
        var planned = (await TwiceAsync<JobPrepared>(Prepare(rollback, second))).Objects.Single();
        Assert.Equal((1, 0L), (planned.SegmentCount, planned.EstimatedRows));
        Assert.Equal(0, (await TwiceAsync<SegmentExtracted>(rollback.Extract(0, 0))).Rows);
    }

    [Fact]
    public async Task Segment_whose_copy_is_lost_is_read_again_and_goes_on_where_it_was()
    {
        var job = To("a");
        await RunAsync(job);
        var rollback = job with { JobId = Guid.NewGuid() };
        await Worker.AskAsync<JobPrepared>(Prepare(rollback, job));
        var staged = await Worker.AskAsync<SegmentExtracted>(rollback.Extract(0, 0));
        await MoveAsync(rollback, isOpen: true);
        await Worker.AskAsync<SchemaChangesApplied>(rollback.Apply());
        Directory.Delete(Path.Combine(StagingPath, $"{rollback.JobId:N}"), recursive: true);
        await Worker.AskAsync<SegmentLost>(rollback.Load(staged));

        var again = await Worker.AskAsync<SegmentExtracted>(rollback.Extract(0, 0));

        Assert.Equal((staged.Rows, true), (again.Rows, again.Copy != staged.Copy));
        Assert.Equal(10, (await TwiceAsync<SegmentLoaded>(rollback.Load(again))).Counts.Deleted);
    }

    [Fact]
    public async Task Table_that_the_job_has_put_in_the_place_of_another_is_blocked_and_the_others_are_not()
    {
        var job = To("a", "b");
        await RunAsync(job);
        var asked = Prepare(job with { JobId = Guid.NewGuid() }, job);

        var prepared = await Worker.AskAsync<JobPrepared>(asked with { Objects = [asked.Objects[0] with { WasReplaced = true }, asked.Objects[1]] });

        Assert.Equal((0, "replaced"), Assert.Single(prepared.Blocked) is var blocked ? (blocked.ObjectNo, blocked.Problem.Code) : default);
        Assert.Equal(1, Assert.Single(prepared.Objects).ObjectNo);
    }

    [Fact]
    public async Task Log_that_is_gone_since_it_was_planned_fails_the_step()
    {
        var job = To("a");
        await RunAsync(job);
        var rollback = job with { JobId = Guid.NewGuid() };
        await Worker.AskAsync<JobPrepared>(Prepare(rollback, job));
        await _destination.ExecuteAsync("delete from headgate.change_block; delete from headgate.change_group");
        var failed = await Worker.AskAsync<StepFailed>(rollback.Extract(0, 0));
        Assert.Equal(("log-gone", false), (failed.Problem.Code, failed.Problem.Retryable));
    }

    static (long, long, long, long) Of(RecordCounts counts) => (counts.Updated, counts.Deleted, counts.Inserted, counts.Rejected);

    static PrepareRepair Prepare(JobUnderTest rollback, JobUnderTest of, Func<RepairOf, RepairOf>? meant = null)
    {
        var repair = new RepairOf { JobId = of.JobId };
        return new PrepareRepair
        {
            JobId = rollback.JobId,
            Epoch = rollback.Epoch,
            Preparation = rollback.PrepareAll() with { Kind = JobKind.Rollback },
            Repair = meant is null ? repair : meant(repair),
            Objects = [.. Enumerable.Range(0, rollback.Pipeline.Objects.Count).Select(no => new RepairedObject { ObjectNo = no, OfObjectNo = no })],
        };
    }

    async Task<RecordCounts> RepairAsync(JobUnderTest rollback, JobUnderTest of, Func<RepairOf, RepairOf>? meant = null)
    {
        var prepared = await TwiceAsync<JobPrepared>(Prepare(rollback, of, meant));
        Assert.Empty(prepared.Blocked);
        return await LoadAsync(rollback, prepared);
    }

    async Task RunAsync(JobUnderTest job) => await LoadAsync(job, await TwiceAsync<JobPrepared>(job.PrepareAll()));

    // In the order of the levels.
    async Task<RecordCounts> LoadAsync(JobUnderTest job, JobPrepared prepared)
    {
        var staged = new List<(int Level, SegmentExtracted Segment)>();
        foreach (var planned in prepared.Objects)
        {
            for (var segment = 0; segment < planned.SegmentCount; segment++)
                staged.Add((planned.SegmentLevels?[segment] ?? planned.Level, await TwiceAsync<SegmentExtracted>(job.Extract(planned.ObjectNo, segment))));
        }

        await MoveAsync(job, isOpen: true);
        var empty = (await TwiceAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects;
        var counts = new List<RecordCounts>();
        foreach (var (_, segment) in staged.OrderBy(each => each.Level))
            counts.Add((await TwiceAsync<SegmentLoaded>(job.Load(segment) with { Empty = empty.Contains(segment.ObjectNo) })).Counts);
        return RecordCounts.Sum(counts);
    }

    async Task<T> TwiceAsync<T>(object command)
        where T : class
    {
        var first = await Worker.AskAsync<T>(command);
        Assert.Equivalent(Untimed.Of(first), Untimed.Of(await Worker.AskAsync<T>(command)), strict: true);
        return first;
    }

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
        return job with { Pipeline = job.Pipeline with { Destination = destination } };
    }

    Task<string?> ContentsAsync(string table) => _destination.ScalarAsync<string>($"select string_agg({table}::text, ',' order by id) from {table}");
}
