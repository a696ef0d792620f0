using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.IngestWorker.Comparing;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Tests.Doubles;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>A dry run from PostgreSQL to PostgreSQL: what it finds, and that nothing of it stays.</summary>
public sealed class DryRunTests : DryRunTest
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Destination.ExecuteAsync(
            """
            create table a (id int generated always as identity primary key, name text check (name <> 'a7'), changed_at timestamptz);
            insert into a overriding system value
                select n, case when n = 3 then 'a3' else 'old' end, case when n = 3 then timestamptz '2026-01-01 00:00+00' end from generate_series(1, 5) n;
            create table other (id serial primary key); insert into other default values;
            """);
    }

    [Fact]
    public async Task Dry_run_finds_what_a_run_would_do_and_leaves_the_destination_as_it_was()
    {
        await Source.ExecuteAsync("update a set changed_at = '2026-01-01 00:00+00' where id = 3");
        var before = await ChecksumAsync();
        var job = await StageAsync(new Sample { Rows = 0 }, "a", "b");

        var found = (await Worker.AskAsync<RecordsCompared>(Compare(job, 0, 1))).Objects;

        Assert.Equal(before, await ChecksumAsync());
        Assert.Equal((10, 4, 4, 1, 1, null), (found[0].Rows, found[0].Inserts, found[0].Updates, found[0].Unchanged, found[0].Rejected, found[0].RejectsUnknown));
        Assert.Equal([("name", 4L), ("changed_at", 4L)], found[0].Fields.Select(field => (field.Field, field.Changed)));
        Assert.Equal((20, 20, 0), (found[1].Rows, found[1].Inserts, found[1].Rejected));
        Assert.Contains("its shape is to be changed first", found[1].RejectsUnknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_and_condition_are_read_whatever_an_earlier_run_has_read()
    {
        var earlier = Job("a");
        await Worker.AskAsync<JobPrepared>(earlier.PrepareAll());
        var job = await StageAsync(new Sample { Rows = 3, Filter = "id > 5" }, earlier.Offset, "a");

        var found = Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 0))).Objects);

        Assert.Equal((3, 0), (found.Rows, found.Updates));
    }

    [Fact]
    public async Task Records_that_refer_to_others_which_are_yet_to_come_are_no_rejects()
    {
        await Destination.ExecuteAsync("create table c (id int primary key, name text, changed_at timestamptz, foreign key (id) references a)");
        await Source.ExecuteAsync("create table c (id int primary key, name text, changed_at timestamptz not null); insert into c select n, 'c', now() from generate_series(4, 8) n");
        var job = await StageAsync(new Sample { Rows = 100 }, "c");

        var found = Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 0))).Objects);

        Assert.Equal((5, 5, 0), (found.Rows, found.Inserts, found.Rejected));
        Assert.StartsWith("3 records refer to others", found.RejectsUnknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_first_records_of_very_many_are_tried()
    {
        await Source.ExecuteAsync("insert into a select n, 'x' from generate_series(11, 10500) n");
        await Destination.ExecuteAsync("alter table a add check (id <> 10400)");
        var job = await StageAsync(new Sample { Rows = 0 }, "a");

        var found = Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 0))).Objects);

        Assert.Equal((10_500, 1), (found.Rows, found.Rejected));
        Assert.Equal("Only the writes of the first 10000 records were tried.", found.RejectsUnknown);
    }

    [Fact]
    public async Task What_was_found_is_answered_again_and_forgotten_with_the_staging()
    {
        var job = await StageAsync(new Sample { Rows = 100 }, "a");
        var first = await Worker.AskAsync<RecordsCompared>(Compare(job, 0));
        await Destination.ExecuteAsync("delete from a");

        Assert.Equivalent(first, await Worker.AskAsync<RecordsCompared>(Compare(job, 0)), strict: true);
        await Worker.AskAsync<JobReleased>(job.Release(staging: true));

        Assert.Equal(0, await State.ScalarAsync<long>("select count(*) from ingest.finding"));
    }

    [Fact]
    public async Task What_another_delivery_has_in_hand_is_left_to_it()
    {
        var job = await StageAsync(new Sample { Rows = 100 }, "a");
        var dryRun = Worker.Get<DryRun>();
        await using (await DryRunTurn.TakeAsync(Worker.Get<IngestState>(), job.JobId, default))
            Assert.IsType<StepAnswer.Nothing>(await dryRun.RunAsync(Compare(job, 0), default));

        Assert.IsType<StepAnswer.Say>(await dryRun.RunAsync(Compare(job, 0), default));
    }

    [Fact]
    public async Task What_takes_long_is_told_so_far_and_gone_on_with()
    {
        var job = await StageAsync(new Sample { Rows = 100 }, "a", "b");
        var dryRun = ActivatorUtilities.CreateInstance<DryRun>(Worker.Get<IServiceProvider>(), new HourlyTime());

        // However long it takes: each call finds something.
        Assert.Equal([0], Told(await dryRun.RunAsync(Compare(job, 0, 1), default)));
        Assert.Equal([1], Told(await dryRun.RunAsync(Compare(job, 1), default)));

        static IEnumerable<int> Told(StepAnswer answer) =>
            Assert.IsType<RecordsCompared>(Assert.IsType<StepAnswer.Say>(answer).Event).Objects.Select(found => found.ObjectNo);
    }

    [Fact]
    public async Task Staged_file_that_is_gone_is_said_to_be_lost()
    {
        var job = await StageAsync(new Sample { Rows = 100 }, "a");
        foreach (var file in Directory.GetFiles(StagingPath, "*.seg", SearchOption.AllDirectories)) File.Delete(file);

        var lost = await Worker.AskAsync<SegmentLost>(Compare(job, 0));

        Assert.Equal((job.JobId, 0, 0), (lost.JobId, lost.ObjectNo, lost.SegmentNo));
    }

    /// <summary>Every row with its version, and every sequence; relations by their names.</summary>
    Task<string?> ChecksumAsync() => Destination.ScalarAsync<string>(
        """
        select (select string_agg(x.ctid || ' ' || x.xmin || ' ' || x::text, ',' order by x.ctid) from a x)
            || (select string_agg(x.ctid || ' ' || x.xmin || ' ' || x::text, ',' order by x.ctid) from other x)
            || (select string_agg(sequencename || ' ' || coalesce(last_value, -1), ',' order by sequencename) from pg_sequences)
            || (select string_agg(oid::regclass::text, ',' order by oid) from pg_class where relnamespace::regnamespace::text in ('public', 'headgate'))
        """);
}
