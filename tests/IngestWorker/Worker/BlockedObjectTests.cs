using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Releases;
using Headgate.IngestWorker.Snapshots;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Objects that do not fit any more what they work on, beside one that does.</summary>
public sealed class BlockedObjectTests : WorkerTest
{
    [Fact]
    public async Task Column_that_is_gone_blocks_its_object_and_the_other_is_planned()
    {
        await Source.ExecuteAsync("alter table b drop column changed_at");

        var prepared = await Worker.AskAsync<JobPrepared>(Job("a", "b").PrepareAll());

        Assert.Equal([0], prepared.Objects.Select(planned => planned.ObjectNo));
        var blocked = Assert.Single(prepared.Blocked);
        Assert.Equal((1, "column-missing"), (blocked.ObjectNo, blocked.Problem.Code));
        Assert.Contains("changed_at", blocked.Problem.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, await State.ScalarAsync<long>("select count(*) from ingest.bound where object_no = 1"));
    }

    [Fact]
    public async Task Filter_that_is_not_valid_any_more_blocks_its_object()
    {
        var job = Job("a", "b");
        job = job with { Pipeline = job.Pipeline with { Objects = [job.Pipeline.Objects[0], job.Pipeline.Objects[1] with { Filter = "is_active" }] } };

        var prepared = await Worker.AskAsync<JobPrepared>(job.PrepareAll());

        Assert.Equal([0], prepared.Objects.Select(planned => planned.ObjectNo));
        Assert.Equal((1, "filter-invalid"), (prepared.Blocked.Single().ObjectNo, prepared.Blocked.Single().Problem.Code));
        Assert.Equal(1, Worker.Get<SnapshotKeeper>().Count);
    }

    [Fact]
    public async Task Type_that_does_not_fit_the_destination_blocks_its_object_and_no_other()
    {
        await using var destination = await TestDatabase.CreateAsync("ingest_blocked");
        await destination.ExecuteAsync("create table a (id int primary key, name int, changed_at timestamptz)");
        var job = Job("a", "b");
        var reference = new SystemReference { Connector = "postgres", Connection = Reference(destination.ConnectionString) };

        var prepared = await Worker.AskAsync<JobPrepared>((job with { Pipeline = job.Pipeline with { Destination = reference } }).PrepareAll());

        Assert.Equal([1], prepared.Objects.Select(planned => planned.ObjectNo));
        Assert.Equal((0, "type-mismatch"), (prepared.Blocked.Single().ObjectNo, prepared.Blocked.Single().Problem.Code));
    }

    [Fact]
    public async Task It_is_answered_so_again_in_its_epoch_and_looked_at_anew_in_the_next()
    {
        await Source.ExecuteAsync("alter table b drop column changed_at");
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Source.ExecuteAsync("alter table b add changed_at timestamptz not null default now()");

        var again = await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var next = await Worker.AskAsync<JobPrepared>((job with { Epoch = 2 }).PrepareAll());

        Assert.Equal([1], again.Blocked.Select(block => block.ObjectNo));
        Assert.Empty(next.Blocked);
        Assert.Equal([0, 1], next.Objects.Select(planned => planned.ObjectNo));
    }

    [Fact]
    public async Task Plan_from_before_is_not_in_force_any_more()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await Source.ExecuteAsync("alter table b drop column changed_at");

        var prepared = await Worker.AskAsync<JobPrepared>(job.Prepare((1, null, 1)));

        Assert.Equal([1], prepared.Blocked.Select(block => block.ObjectNo));
        Assert.Equal(1, await State.ScalarAsync<long>("select count(*) from ingest.object where not superseded"));
    }

    [Fact]
    public async Task Release_with_its_staging_forgets_it()
    {
        await Source.ExecuteAsync("alter table b drop column changed_at");
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());

        await Worker.Get<AttemptReleases>().RunAsync(job.Release(staging: true), default);

        Assert.Equal(0, await State.ScalarAsync<long>("select count(*) from ingest.blocked_object"));
    }

    [Fact]
    public async Task Table_that_is_gone_fails_the_whole()
    {
        var failed = await Worker.AskAsync<StepFailed>(Job("a", "gone").PrepareAll());
        Assert.Equal("object-missing", failed.Problem.Code);
    }
}
