using Headgate.Connectors.Changes;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Jobs;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.Serving;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Steps;
using Headgate.Relay.V1;
using Headgate.V1;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>The records that a dry run keeps to be shown.</summary>
public sealed class DryRunSampleTests : DryRunTest
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Source.ExecuteAsync("update a set changed_at = '2026-01-01 00:00+00'");
        await Destination.ExecuteAsync(
            """
            create table a (id int primary key, name text, changed_at timestamptz);
            insert into a select n, case when n = 3 then 'a3' else 'old' || n end, '2026-01-01 00:00+00' from generate_series(1, 5) n;
            """);
    }

    [Fact]
    public async Task Records_that_would_change_are_shown_with_each_field_before_and_after_and_some_that_are_new()
    {
        var job = await ComparedAsync();

        var shown = await ListAsync(job);

        Assert.Equal(
            ["1 name old1 a1", "2 name old2 a2", "4 name old4 a4", "5 name old5 a5"],
            shown.Where(change => change.Operation is ChangeOperation.Update).Select(Shown));
        Assert.Equal(
            Enumerable.Range(6, 5).Select(n => $"{n} id - {n} name - a{n} changed_at - 2026-01-01 00:00:00+00"),
            shown.Where(change => change.Operation is ChangeOperation.Insert).Select(Shown));
        Assert.All(shown, change => Assert.Equal(("public.a", 1, 0), (change.Object, change.Attempt, change.Hash.Length)));
        Assert.Equal(shown.Select(change => change.Sequence).Order().Distinct(), shown.Select(change => change.Sequence));
    }

    [Fact]
    public async Task They_are_shown_as_they_are_asked_for()
    {
        var job = await ComparedAsync();

        Assert.Equal(["4 name old4 a4"], (await ListAsync(job, new() { Object = "public.a", Key = new RecordKey { Values = { ["id"] = "4" } } })).Select(Shown));
        Assert.Equal(5, (await ListAsync(job, new() { Operation = ChangeOperation.Insert })).Count);
        Assert.Equal("6 changed_at - 2026-01-01 00:00:00+00", Shown((await ListAsync(job, new() { Field = "changed_at" }))[0]));
        Assert.Empty(await ListAsync(job, new() { Object = "public.b" }));
        Assert.Empty(await ListAsync(job, new() { Attempt = 2 }));
        var all = await ListAsync(job);
        Assert.Equal(all.Take(2), await ListAsync(job, limit: 2));
        Assert.Equal(all.Skip(2), await ListAsync(job, place: $"{all[1].Sequence}"));
        Assert.Equal(ChangeProblems.Field, await RefusedAsync(job, new() { Field = "nothing" }));
        Assert.Equal(ChangeProblems.Key, await RefusedAsync(job, new() { Object = "public.a", Key = new RecordKey { Values = { ["no"] = "4" } } }));
    }

    [Fact]
    public async Task Of_very_many_records_ten_are_shown_for_each_field_and_of_long_values_the_beginning()
    {
        await Source.ExecuteAsync(
            """
            insert into a select n, case n when 15000 then 'old' else 'a' end || n, case n when 15000 then timestamptz '2026-01-02 00:00+00' else '2026-01-01 00:00+00' end
            from generate_series(11, 30000) n
            """);
        await Destination.ExecuteAsync(
            """
            insert into a select n, 'old' || n, '2026-01-01 00:00+00' from generate_series(6, 20000) n;
            update a set name = repeat('é', 3000) where id = 1
            """);
        var job = await ComparedAsync();

        var shown = await ListAsync(job);

        Assert.Equal(10, shown.Count(change => change.Operation is ChangeOperation.Insert));
        Assert.Equal(10, shown.Count(change => change.Fields.Any(field => field.Field == "name" && field.HasBefore)));
        Assert.Equal(["15000 changed_at 2026-01-01 00:00:00+00 2026-01-02 00:00:00+00"], shown.Where(change => change.Fields is [{ Field: "changed_at" }]).Select(Shown));
        var cut = shown.Single(change => change.Key.Values["id"] == "1").Fields.Single();
        Assert.Equal((new string('é', 1000), 6000, "a1"), (cut.Before, cut.Cut, cut.After));
        Assert.All(shown.Where(change => change.Key.Values["id"] != "1"), change => Assert.All(change.Fields, field => Assert.Equal(0, field.Cut)));
    }

    [Fact]
    public async Task Records_for_a_table_that_is_not_there_yet_are_shown_as_well()
    {
        var job = await StageAsync(new Sample { Rows = 0 }, "b");

        var found = Assert.Single((await Worker.AskAsync<RecordsCompared>(Compare(job, 0))).Objects);

        Assert.Equal((20, 20, 0), (found.Rows, found.Inserts, found.Rejected));
        var shown = await ListAsync(job);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"{n} b{n}"), shown.Select(change => $"{change.Key.Values["id"]} {change.Fields.Single(field => field.Field == "name").After}"));
        Assert.All(shown, change => Assert.Equal(ChangeOperation.Insert, change.Operation));
    }

    [Fact]
    public async Task What_is_shown_outlives_the_staging_and_goes_when_its_time_is_over()
    {
        var job = await ComparedAsync();
        var shown = await ListAsync(job);
        await Worker.AskAsync<JobReleased>(job.Release(staging: true));

        At(TimeSpan.FromHours(23)).Sweep();
        Assert.Equal(shown, await ListAsync(job));
        var late = At(TimeSpan.FromHours(25));
        Assert.Null(late.ObjectsOf(job.JobId, job.Attempt));
        late.Sweep();

        Assert.Equal(ChangeProblems.SamplesGone, await RefusedAsync(job, new()));
        Assert.Equal(0, StagedFiles);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(StagingPath, "samples")));
    }

    [Fact]
    public async Task What_is_shown_goes_at_once_where_the_job_is_thrown_away()
    {
        var job = await ComparedAsync();
        await Worker.AskAsync<JobReleased>(job.Release(staging: true) with { Samples = true });

        Assert.Equal(ChangeProblems.SamplesGone, await RefusedAsync(job, new()));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(StagingPath, "samples")));
    }

    [Fact]
    public async Task No_more_is_shown_than_there_is_room_for_in_the_whole_dry_run()
    {
        var job = await StageAsync(new Sample { Rows = 0 }, "a");
        var directory = Directory.CreateDirectory(Path.Combine(StagingPath, "samples", $"{job.JobId:N}", $"{job.Attempt}"));
        await using (var other = File.Create(Path.Combine(directory.FullName, $"7.{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}"))) other.SetLength(SampleRoom.Most);

        await Worker.AskAsync<RecordsCompared>(Compare(job, 0));

        Assert.Empty(await ListAsync(job));
    }

    [Theory]
    [InlineData(1, 0, 64_000_000)]
    [InlineData(1_000, 0, 64_000)]
    [InlineData(1_000_000, 0, 16_000)]
    [InlineData(1, 63_000_000, 1_000_000)]
    [InlineData(1, 65_000_000, 0)]
    public void Room_is_shared_by_all_objects_of_a_dry_run(int objects, long kept, long left)
    {
        var room = new SampleRoom(objects, kept);
        Assert.Equal(left, room.For(own: 0));
        room.Keep(before: 0, now: SampleRoom.Most);
        Assert.Equal(0, room.For(own: 0));
    }

    [Fact]
    public async Task Values_lie_in_files_of_their_owner_alone_and_in_no_database()
    {
        await Source.ExecuteAsync("update a set name = 'planted in the source' where id = 1");
        await Destination.ExecuteAsync("update a set name = 'planted at the destination' where id = 1");
        var job = await ComparedAsync();

        var file = Assert.Single(Directory.GetFiles(Path.Combine(StagingPath, "samples"), "*", SearchOption.AllDirectories));
        var text = await File.ReadAllTextAsync(file);
        Assert.Contains("planted in the source", text, StringComparison.Ordinal);
        Assert.Contains("planted at the destination", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(
            0,
            await State.ScalarAsync<long>(
                """
                select (select count(*) from ingest.finding t where t::text like '%planted%') + (select count(*) from ingest.object t where t::text like '%planted%')
                    + (select count(*) from ingest.segment t where t::text like '%planted%') + (select count(*) from ingest.attempt t where t::text like '%planted%')
                """));
        Assert.Equal(job.JobId, await State.ScalarAsync<Guid>("select job_id from ingest.finding"));
    }

    [Fact]
    public async Task Segment_that_is_looked_at_again_is_shown_once()
    {
        var job = await ComparedAsync();
        await State.ExecuteAsync("update ingest.finding set copy = gen_random_uuid()");

        await Worker.AskAsync<RecordsCompared>(Compare(job, 0));

        Assert.Equal(Enumerable.Range(1, 10).Where(n => n != 3), (await ListAsync(job)).Select(change => int.Parse(change.Key.Values["id"], null)).Order());
    }

    async Task<JobUnderTest> ComparedAsync()
    {
        var job = await StageAsync(new Sample { Rows = 0 }, "a");
        await Worker.AskAsync<RecordsCompared>(Compare(job, 0));
        return job;
    }

    async Task<IReadOnlyList<RecordChange>> ListAsync(JobUnderTest job, ListChangesRequest? request = null, string place = "", long limit = 0)
    {
        var parts = new List<ServeRequest>();
        var work = new SamplesWork
        {
            JobId = job.JobId.ToString(),
            Attempt = job.Attempt,
            Request = request ?? new ListChangesRequest(),
            Objects = { new WorkObject { Number = 0, Name = "public.a" } },
            Limit = limit,
        };
        await Worker.Get<ServedSamples>().RunAsync(
            work,
            place,
            part =>
            {
                parts.Add(part);
                return Task.CompletedTask;
            },
            default);
        return [.. parts.SelectMany(part => part.Changes.Changes)];
    }

    async Task<string> RefusedAsync(JobUnderTest job, ListChangesRequest request) =>
        (await Assert.ThrowsAsync<StepException>(() => ListAsync(job, request))).Problem.Code;

    SampleFiles At(TimeSpan later) => new(Worker.Get<StagingDirectory>(), new LaterTime(later));

    static string Shown(RecordChange change) => string.Join(
        ' ', change.Fields.Select(field => $"{field.Field} {(field.HasBefore ? field.Before : "-")} {field.After}").Prepend(change.Key.Values["id"]));

    sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
