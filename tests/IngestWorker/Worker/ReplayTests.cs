using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Replays of runs from PostgreSQL to PostgreSQL, every message delivered twice.</summary>
public sealed class ReplayTests : WorkerTest
{
    TestDatabase _destination = null!;
    PostgresFence _fence = null!;
    IReadOnlyList<SegmentExtracted> _staged = [];
    long _jobNo;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("replay_destination");
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
    public async Task Records_that_the_job_touched_are_read_anew_through_the_mapping_in_force_and_no_others()
    {
        var wrong = await WrongAsync();
        await Source.ExecuteAsync("update a set name = 'later' where id in (1, 9); delete from a where id = 2");

        var right = wrong with { JobId = Guid.NewGuid(), Pipeline = Mapped(wrong.Pipeline, "name") };
        var counts = await ReplayAsync(right, wrong);

        Assert.Equal((3, 3, 0), (counts.Written, counts.Updated, counts.Inserted));
        Assert.Equal(1, _staged.Sum(segment => segment.Missing));
        Assert.Equal("later,2,a3,a4,a5", await _destination.ScalarAsync<string>("select string_agg(name, ',' order by id) from a where id <= 5"));
        Assert.Equal("a9", await _destination.ScalarAsync<string>("select name from a where id = 9"));
    }

    [Fact]
    public async Task Only_the_keys_that_are_meant_are_read()
    {
        var wrong = await WrongAsync();
        var right = wrong with { JobId = Guid.NewGuid(), Pipeline = Mapped(wrong.Pipeline, "name") };
        await _destination.ExecuteAsync($"insert into headgate.selection (job_id, object_no, key) values ('{right.JobId}', 0, '{{3}}'), ('{right.JobId}', 0, '{{10}}')");

        Assert.Equal(1, (await ReplayAsync(right, wrong, of => of with { HasKeys = true })).Written);

        Assert.Equal("1,2,a3,4", await _destination.ScalarAsync<string>("select string_agg(name, ',' order by id) from a where id <= 4"));
    }

    [Fact]
    public async Task First_load_that_is_logged_in_blocks_is_replayed()
    {
        var job = To("a");
        await RunAsync(job);
        await _destination.ExecuteAsync("update a set name = 'mine' where id = 5; delete from a where id = 7");
        var counts = await ReplayAsync(job with { JobId = Guid.NewGuid() }, job);
        Assert.Equal((1, 1, 8), (counts.Updated, counts.Inserted, counts.Unchanged));
    }

    [Fact]
    public async Task Object_whose_key_is_another_one_now_is_blocked()
    {
        var wrong = await WrongAsync();
        await Source.ExecuteAsync("create unique index on a (name); alter table a alter name set not null");
        await _destination.ExecuteAsync("alter table a add unique (name)");
        var other = wrong with { JobId = Guid.NewGuid(), Pipeline = wrong.Pipeline with { Objects = [wrong.Pipeline.Objects[0] with { Key = ["name"], Fields = null }] } };
        var prepared = await TwiceAsync<JobPrepared>(Prepare(other, wrong));
        Assert.Equal("keys-changed", Assert.Single(prepared.Blocked).Problem.Code);
    }

    // Of ten right rows a run by a wrong mapping has made four wrong.
    async Task<JobUnderTest> WrongAsync()
    {
        var first = To("a");
        await RunAsync(first);
        await Source.ExecuteAsync("alter table a add wrong text; update a set wrong = id::text");
        var mapped = Mapped(first.Pipeline, "wrong");
        var wrong = first with { JobId = Guid.NewGuid(), Pipeline = mapped with { Objects = [mapped.Objects[0] with { Filter = "id <= 4" }] } };
        await RunAsync(wrong);
        Assert.Equal("1,2,3,4,a5", await _destination.ScalarAsync<string>("select string_agg(name, ',' order by id) from a where id <= 5"));
        return wrong with { Pipeline = first.Pipeline };
    }

    static PipelineDefinition Mapped(PipelineDefinition pipeline, string name) => pipeline with
    {
        Objects = [pipeline.Objects[0] with { Fields = new Dictionary<string, string> { ["id"] = "id", ["name"] = name, ["changed_at"] = "changed_at" } }],
    };

    static PrepareRepair Prepare(JobUnderTest replay, JobUnderTest of, Func<RepairOf, RepairOf>? meant = null)
    {
        var repair = new RepairOf { JobId = of.JobId };
        return new PrepareRepair
        {
            JobId = replay.JobId,
            Epoch = replay.Epoch,
            Preparation = replay.PrepareAll() with { Kind = JobKind.Replay },
            Repair = meant is null ? repair : meant(repair),
            Objects = [new RepairedObject { ObjectNo = 0, OfObjectNo = 0 }],
        };
    }

    async Task<RecordCounts> ReplayAsync(JobUnderTest replay, JobUnderTest of, Func<RepairOf, RepairOf>? meant = null)
    {
        var prepared = await TwiceAsync<JobPrepared>(Prepare(replay, of, meant));
        Assert.Empty(prepared.Blocked);
        Assert.False(prepared.Objects.Single().Full);
        return await LoadAsync(replay, prepared);
    }

    async Task RunAsync(JobUnderTest job) => await LoadAsync(job, await TwiceAsync<JobPrepared>(job.PrepareAll()));

    async Task<RecordCounts> LoadAsync(JobUnderTest job, JobPrepared prepared)
    {
        var planned = Assert.Single(prepared.Objects);
        var staged = new List<SegmentExtracted>();
        for (var segment = 0; segment < planned.SegmentCount; segment++) staged.Add(await TwiceAsync<SegmentExtracted>(job.Extract(0, segment)));
        _staged = staged;
        await MoveAsync(job, isOpen: true);
        var empty = (await TwiceAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects;
        var counts = new List<RecordCounts>();
        foreach (var segment in staged) counts.Add((await TwiceAsync<SegmentLoaded>(job.Load(segment) with { Empty = empty.Contains(0) })).Counts);
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

    JobUnderTest To(string table)
    {
        var job = Job(table);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) };
        return job with { Pipeline = job.Pipeline with { Destination = destination } };
    }
}
