using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Comparing;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Tests.Doubles;
using Headgate.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>What a sample of what is staged would do, before anything is launched.</summary>
public sealed class CanaryTests : WorkerTest
{
    TestDatabase _destination = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("ingest_destination");
        await _destination.ExecuteAsync(
            """
            create table a (id int primary key, name varchar(12), changed_at timestamptz);
            insert into a select n, 'a' || n, null from generate_series(1, 5) n;
            """);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task Objects_are_judged_by_what_is_staged_and_nothing_is_written()
    {
        var job = await StageAsync("a", "b");

        var compared = await Worker.AskAsync<RecordsCompared>(Compare(job, 0, 1));

        Assert.Equal((job.JobId, job.Epoch), (compared.JobId, compared.Epoch));
        var (there, missing) = (compared.Objects[0], compared.Objects[1]);
        Assert.Equal((0, 10, 5, 5, 0), (there.ObjectNo, there.Rows, there.Inserts, there.Updates, there.Unchanged));
        Assert.Equal([("name", 0L), ("changed_at", 5L)], there.Fields.Select(field => (field.Field, field.Changed)));
        Assert.Equal((1, 20, 20, 0L), (missing.ObjectNo, missing.Rows, missing.Inserts, missing.DestinationRows));
        Assert.NotNull(there.RejectsUnknown);
        Assert.Equal(
            "5 0", await _destination.ScalarAsync<string>(
                "select count(*) || ' ' || (select count(*) from pg_namespace where nspname = 'headgate') from a"));
    }

    [Fact]
    public async Task Records_that_the_table_cannot_hold_are_counted_and_no_other_with_them()
    {
        await Source.ExecuteAsync("update a set name = 'much too long for it' where id in (2, 3, 9)");
        var job = await StageAsync("a");

        var found = Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 0))).Objects);

        Assert.Equal((10, 4, 3, 0, 3), (found.Rows, found.Inserts, found.Updates, found.Unchanged, found.Rejected));
    }

    [Fact]
    public async Task A_sample_is_as_large_as_asked_for()
    {
        await Source.ExecuteAsync("insert into a select n, 'x' from generate_series(11, 5000) n");
        var job = await StageAsync("a");

        Assert.Equal(320, Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 0) with { Sample = 320 })).Objects).Rows);
    }

    [Fact]
    public async Task A_staged_file_that_is_gone_is_told_so_that_its_object_is_read_anew_before_launch()
    {
        var job = await StageAsync("a", "b");
        foreach (var file in Directory.GetFiles(StagingPath, "0-*.seg", SearchOption.AllDirectories)) File.Delete(file);

        var lost = await Worker.AskAsync<SegmentLost>(Compare(job, 1, 0));

        Assert.Equal((job.JobId, job.Epoch, 0, 0), (lost.JobId, lost.Epoch, lost.ObjectNo, lost.SegmentNo));
    }

    [Theory]
    [InlineData("insufficient_privilege")]
    // As of a comparison that takes too long.
    [InlineData("query_canceled")]
    public async Task An_object_that_cannot_be_compared_says_so_and_takes_no_other_with_it(string why)
    {
        await FailAsync(why);
        var job = await StageAsync("a", "b");

        var compared = await Worker.AskAsync<RecordsCompared>(Compare(job, 0, 1));

        Assert.Equal([(0, 0L, -1L), (1, 20L, 0L)], compared.Objects.Select(found => (found.ObjectNo, found.Rows, found.DestinationRows)));
        Assert.Equal([false, true], compared.Objects.Select(found => found.Failure is null));
    }

    [Fact]
    public async Task What_was_found_before_an_object_that_is_to_be_tried_again_is_told()
    {
        await FailAsync("lock_not_available");
        var job = await StageAsync("a", "b");

        Assert.Equal(1, Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 1, 0))).Objects).ObjectNo);
        Assert.Equal((JobStep.Compare, true), (await Worker.AskAsync<StepFailed>(Compare(job, 0))) is var failed ? (failed.Step, failed.Problem.Retryable) : default);
    }

    [Fact]
    public async Task What_takes_long_is_told_so_far()
    {
        var job = await StageAsync("a", "b");
        var canary = ActivatorUtilities.CreateInstance<Canary>(Worker.Get<IServiceProvider>(), new HourlyTime());

        var told = Assert.IsType<RecordsCompared>(Assert.IsType<StepAnswer.Say>(await canary.RunAsync(Compare(job, 0, 1), default)).Event);

        Assert.Equal(0, Assert.Single(told.Objects).ObjectNo);
    }

    [Fact]
    public async Task Objects_that_are_not_planned_and_destinations_that_cannot_be_compared_have_no_findings()
    {
        var job = await StageAsync("a");
        Assert.Equal(0, Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 7))).Objects).Rows);

        var memory = Job("a");
        await StageAsync(memory);
        var found = Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(memory, 0))).Objects);
        Assert.Equal((0L, -1L, "The destination cannot be compared with."), (found.Rows, found.DestinationRows, found.RejectsUnknown));
    }

    [Fact]
    public async Task A_job_that_was_released_meanwhile_is_not_compared()
    {
        var job = await StageAsync("a");
        await Worker.AskAsync<JobReleased>(job.Release(staging: false) with { Epoch = 2 });

        Assert.IsType<StepAnswer.Nothing>(await Worker.Get<Canary>().RunAsync(Compare(job, 0), default));
    }

    [Fact]
    public async Task A_table_that_somebody_holds_is_a_failed_step_that_can_be_tried_again()
    {
        var job = await StageAsync("a");
        await using var other = await _destination.DataSource.OpenConnectionAsync();
        await using var held = await other.BeginTransactionAsync();
        await using (var command = new Npgsql.NpgsqlCommand("lock table a in access exclusive mode", other)) await command.ExecuteNonQueryAsync();

        var failed = await Worker.AskAsync<StepFailed>(Compare(job, 0));

        Assert.Equal((JobStep.Compare, "lock-timeout", true), (failed.Step, failed.Problem.Code, failed.Problem.Retryable));
    }

    // Whoever makes a value of table a gets this error.
    Task FailAsync(string why) => _destination.ExecuteAsync(
        $"""
         create function refuse(text) returns boolean language plpgsql as $$ begin raise exception 'no' using errcode = '{why}'; end $$;
         create domain refused as varchar(12); drop table a; create table a (id int primary key, name refused, changed_at timestamptz);
         alter domain refused add check (refuse(value));
         """);

    static CompareRecords Compare(JobUnderTest job, params int[] objects) => new()
    {
        JobId = job.JobId,
        Attempt = job.Attempt,
        Epoch = job.Epoch,
        Objects = objects,
        Mode = CompareMode.Canary,
        Sample = 1_000,
    };

    async Task<JobUnderTest> StageAsync(params string[] tables)
    {
        var job = Job(tables);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) };
        job = job with { Pipeline = job.Pipeline with { Destination = destination } };
        await StageAsync(job);
        return job;
    }

    async Task StageAsync(JobUnderTest job)
    {
        var prepared = await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        foreach (var planned in prepared.Objects) await Worker.AskAsync<SegmentExtracted>(job.Extract(planned.ObjectNo, 0));
    }
}
