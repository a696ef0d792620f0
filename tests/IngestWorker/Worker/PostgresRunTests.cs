using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Loading;
using Headgate.IngestWorker.Rates;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>From PostgreSQL to PostgreSQL, every message delivered twice.</summary>
public sealed class PostgresRunTests : WorkerTest
{
    TestDatabase _destination = null!;
    PostgresFence _fence = null!;
    long _jobNo;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("ingest_destination");
        await _destination.ExecuteAsync(
            """
            create table a (id int primary key, name text, changed_at timestamptz);
            create table b (id int primary key, name text, changed_at timestamptz, check (id <> 13));
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
    public async Task A_first_run_copies_everything_once()
    {
        var job = ToPostgres("a");
        var loaded = await RunAsync(job, objects: 1);

        Assert.Equal((10L, 0L), (loaded[0].Inserted, loaded[0].Rejected));
        Assert.Equal(await ContentsAsync(Source, "a"), await ContentsAsync(_destination, "a"));
        Assert.Equal(10, Assert.Single(await _fence.ReadLedgerAsync(job.JobId, 1, default)).NextRow);
    }

    [Fact]
    public async Task A_second_run_writes_what_differs_and_nothing_else()
    {
        var first = ToPostgres("a");
        await RunAsync(first, objects: 1);
        await Source.ExecuteAsync("update a set name = 'changed' where id = 3; insert into a values (11, 'new')");

        var second = await RunAsync(first with { JobId = Guid.NewGuid() }, objects: 1);

        Assert.Equal((1L, 1L, 9L), (second[0].Inserted, second[0].Updated, second[0].Unchanged));
        Assert.Equal(await ContentsAsync(Source, "a"), await ContentsAsync(_destination, "a"));
    }

    [Fact]
    public async Task A_record_that_does_not_fit_is_rejected_and_all_others_are_written()
    {
        var loaded = await RunAsync(ToPostgres("b"), objects: 1);

        Assert.Equal((19L, 1L), (loaded[0].Inserted, loaded[0].Rejected));
        Assert.Equal(
            await Source.ScalarAsync<string>("select string_agg(b::text, ',' order by id) from b where id <> 13"),
            await ContentsAsync(_destination, "b"));
    }

    [Fact]
    public async Task Nothing_is_written_once_the_fence_has_moved_on()
    {
        var job = ToPostgres("a");
        var staged = await StageAsync(job, objects: 1);
        await MoveAsync(job, isOpen: true);
        await Worker.AskAsync<SchemaChangesApplied>(job.Apply());
        await MoveAsync(job with { Epoch = 2 }, isOpen: false);

        var anyRate = new JobRate(new RateSetting(0, 0));
        Assert.IsType<LoadOutcome.Skipped>(await Worker.Get<SegmentLoader>().RunAsync(job.Load(staged[0]), anyRate, default, default));
        Assert.Equal(0, await _destination.ScalarAsync<long>("select count(*) from a"));
    }

    async Task<IReadOnlyList<RecordCounts>> RunAsync(JobUnderTest job, int objects)
    {
        var staged = await StageAsync(job, objects);
        await MoveAsync(job, isOpen: true);
        var empty = (await TwiceAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects;
        var counts = new List<RecordCounts>();
        foreach (var segment in staged)
            counts.Add((await TwiceAsync<SegmentLoaded>(job.Load(segment) with { Empty = empty.Contains(segment.ObjectNo) })).Counts);
        return counts;
    }

    async Task<IReadOnlyList<SegmentExtracted>> StageAsync(JobUnderTest job, int objects)
    {
        var prepared = await TwiceAsync<JobPrepared>(job.PrepareAll());
        Assert.Equal(objects, prepared.Objects.Count);
        var staged = new List<SegmentExtracted>();
        foreach (var planned in prepared.Objects) staged.Add(await TwiceAsync<SegmentExtracted>(job.Extract(planned.ObjectNo, 0)));
        return staged;
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

    JobUnderTest ToPostgres(string table)
    {
        var job = Job(table);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) };
        return job with { Pipeline = job.Pipeline with { Destination = destination } };
    }

    static Task<string?> ContentsAsync(TestDatabase database, string table) =>
        database.ScalarAsync<string>($"select string_agg({table}::text, ',' order by id) from {table}");
}
