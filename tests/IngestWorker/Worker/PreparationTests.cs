using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.Snapshots;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class PreparationTests : WorkerTest
{
    [Theory]
    [InlineData(OnVanished.Delete, false, "onVanished must be keep")]
    [InlineData(OnVanished.Keep, true, "cannot be dropped and loaded anew")]
    public async Task What_the_destination_could_not_finish_is_refused_before_anything_is_read(
        OnVanished onVanished, bool isDropped, string named)
    {
        var job = Job("a");
        job = job with { Pipeline = job.Pipeline with { OnVanished = onVanished } };
        var failed = await Worker.AskAsync<StepFailed>(job.PrepareAll() with { DropAndLoad = isDropped });
        Assert.Equal((JobStep.Prepare, "not-supported", false), (failed.Step, failed.Problem.Code, failed.Problem.Retryable));
        Assert.Contains(named, failed.Problem.Sentence, StringComparison.Ordinal);
        Assert.Contains("memory", failed.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preparing_plans_every_object_and_holds_one_snapshot()
    {
        var prepared = await Worker.AskAsync<JobPrepared>(Job("a", "b").PrepareAll());

        Assert.Equal("writer", prepared.DestinationRole);
        Assert.Equal([0, 1], prepared.Objects.Select(planned => planned.ObjectNo));
        Assert.All(prepared.Objects, planned => Assert.Equal((true, 0, 1), (planned.Full, planned.FirstSegmentNo, planned.SegmentCount)));
        Assert.Equal(1, Worker.Get<SnapshotKeeper>().Count);
        await AssertSnapshotSessionsAsync(1);
    }

    [Fact]
    public void New_tables_of_jobs_that_began_in_the_same_moment_have_names_of_their_own()
    {
        var one = Job("a").PrepareAll() with { DropAndLoad = true, JobId = Guid.Parse("0193705f-5e10-7000-8000-000000000001") };
        var other = one with { JobId = Guid.Parse("0193705f-5e10-7000-8000-000000000002") };
        Assert.NotEqual(SchemaRefresh.NewTables(one)![0], SchemaRefresh.NewTables(other)![0]);
        Assert.InRange(SchemaRefresh.NewTables(one)![0].Length, 1, 63);
    }

    [Fact]
    public async Task A_redelivery_says_the_same_and_opens_nothing()
    {
        var prepare = Job("a", "b").PrepareAll();
        var first = await Worker.AskAsync<JobPrepared>(prepare);
        var second = await Worker.AskAsync<JobPrepared>(prepare);

        Assert.Equal(first.Objects, second.Objects);
        Assert.Equal(1, await State.ScalarAsync<long>("select count(*) from ingest.snapshot"));
        Assert.Equal(2, await State.ScalarAsync<long>("select count(*) from ingest.segment"));
    }

    [Fact]
    public async Task Deliveries_at_the_same_time_agree_and_one_snapshot_is_left()
    {
        var prepare = Job("a", "b").PrepareAll();
        await Task.WhenAll(Worker.SendAsync(prepare), Worker.SendAsync(prepare), Worker.SendAsync(prepare));
        for (var i = 0; i < 3; i++) await Worker.Trail.NextAsync<JobPrepared>();

        Assert.Equal(2, await State.ScalarAsync<long>("select count(*) from ingest.segment"));
        await Worker.Get<SnapshotKeeper>().RenewAllAsync(default);
        Assert.Equal(1, Worker.Get<SnapshotKeeper>().Count);
        await AssertSnapshotSessionsAsync(1);
    }

    [Fact]
    public async Task A_later_run_goes_on_from_the_offset_less_the_overlap()
    {
        var first = Job("a");
        await Worker.AskAsync<JobPrepared>(first.PrepareAll());
        // Its place in the file is another one now.
        var second = Job("b", "a");

        var prepared = await Worker.AskAsync<JobPrepared>(second.Prepare((1, first.Offset, 0)));

        Assert.False(Assert.Single(prepared.Objects).Full);
        Assert.Equal(
            TimeSpan.FromMinutes(10),
            await State.ScalarAsync<TimeSpan>(
                $"""
                 select b.upper - (o.plan ->> 'lower')::timestamptz from ingest.bound b, ingest.object o
                 where b.job_id = '{first.JobId}' and o.job_id = '{second.JobId}'
                 """));
    }

    [Fact]
    public async Task An_offset_that_is_not_known_fails()
    {
        var failed = await Worker.AskAsync<StepFailed>(Job("a").PrepareAll(Job("a").Offset));
        Assert.Equal(("offset-missing", JobStep.Prepare), (failed.Problem.Code, failed.Step));
        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
    }

    [Fact]
    public async Task A_secret_that_is_not_there_fails_and_names_its_reference()
    {
        var job = Job("a");
        var source = job.Pipeline.Source with { Connection = "env:HEADGATE_TEST_NOT_SET" };
        job = job with { Pipeline = job.Pipeline with { Source = source } };

        var failed = await Worker.AskAsync<StepFailed>(job.PrepareAll());

        Assert.Equal("connection-unresolved", failed.Problem.Code);
        Assert.Contains("env:HEADGATE_TEST_NOT_SET", failed.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_connector_fails_and_names_it()
    {
        var job = Job("a");
        job = job with { Pipeline = job.Pipeline with { Source = job.Pipeline.Source with { Connector = "oracle" } } };
        Assert.Contains("oracle", (await Worker.AskAsync<StepFailed>(job.PrepareAll())).Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_missing_fails_and_leaves_no_snapshot()
    {
        var failed = await Worker.AskAsync<StepFailed>(Job("a", "nothing").PrepareAll());
        Assert.Contains("nothing", failed.Problem.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
    }

    [Fact]
    public async Task A_filter_that_is_wrong_closes_the_snapshot_again()
    {
        var job = Job("a");
        job = job with { Pipeline = job.Pipeline with { Objects = [job.Pipeline.Objects[0] with { Filter = "no_such_column > 1" }] } };

        var prepared = await Worker.AskAsync<JobPrepared>(job.PrepareAll());

        Assert.Equal("filter-invalid", Assert.Single(prepared.Blocked).Problem.Code);
        Assert.Equal(0, Worker.Get<SnapshotKeeper>().Count);
        await AssertSnapshotSessionsAsync(0);
    }
}
