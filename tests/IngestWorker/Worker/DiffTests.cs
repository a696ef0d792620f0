using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Serving;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;
using Headgate.Relay.V1;
using Headgate.Tests.Servers;
using Headgate.V1;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>What runs from PostgreSQL to PostgreSQL have written, against the source as it is then.</summary>
public sealed class DiffTests : WorkerTest
{
    TestDatabase _destination = null!;
    PostgresFence _fence = null!;
    long _jobNo;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("diff_destination");
        await _destination.ExecuteAsync("create table a (id numeric(14, 2) primary key, name text, changed_at timestamptz)");
        _fence = new PostgresFence(_destination.ConnectionString);
    }

    public override async Task DisposeAsync()
    {
        await _fence.DisposeAsync();
        await base.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task Touched_records_are_compared_through_the_given_mapping_and_what_somebody_changed_is_told()
    {
        var (wrong, right) = await WrongAsync();
        await Source.ExecuteAsync("update a set name = 'later' where id in (4, 9); delete from a where id = 2");
        await _destination.ExecuteAsync("update a set name = 'mine' where id = 3; delete from a where id = 5; update a set name = 'a6' where id = 6");

        var (records, sums) = await DiffAsync(wrong, right, includeEqual: true);

        Assert.Equal(
            [
                "1.00 Different name: source a1 destination 1 before a1", "2.00 MissingAtSource destination 2 before a2",
                "3.00 Different name: source a3 destination mine before a3, changed", "4.00 Different name: source later destination 4 before a4",
                "5.00 MissingAtDestination source a5 before a5, changed", "6.00 Equal",
            ],
            records.Select(Shown).Order(StringComparer.Ordinal));
        Assert.Equal((6, 1, 3, 1, 1), (sums.Compared, sums.Equal, sums.Different, sums.MissingAtSource, sums.MissingAtDestination));
        Assert.Equal(0, (await DiffAsync(wrong, right, fields: ["changed_at"])).Sums.Different);
    }

    [Fact]
    public async Task Through_the_wrong_mapping_what_was_written_is_what_the_source_has()
    {
        var (wrong, _) = await WrongAsync();
        var (records, sums) = await DiffAsync(wrong, wrong.Pipeline);
        Assert.Empty(records);
        Assert.Equal((6, 6), (sums.Compared, sums.Equal));
    }

    [Fact]
    public async Task Only_the_chosen_keys_are_compared()
    {
        var (wrong, right) = await WrongAsync();
        Assert.Equal(["3.00"], (await DiffAsync(wrong, right, keys: ["3.00"])).Records.Select(each => each.Key.Values["id"]));
        Assert.Equal(
            ["1.00", "4.00"], (await DiffAsync(wrong, right, keys: ["4.00", "1.00", "9.00"])).Records.Select(each => each.Key.Values["id"]).Order());
    }

    [Fact]
    public async Task Of_a_first_load_that_is_logged_in_blocks_it_is_told_which_records_somebody_changed()
    {
        await _destination.ExecuteAsync("drop table a; create table a (id int primary key, name text, changed_at timestamptz)");
        var job = To("a");
        await RunAsync(job);
        Assert.Equal(1, await _destination.ScalarAsync<long>("select count(*) from headgate.change_block"));
        await _destination.ExecuteAsync("update a set name = 'mine' where id = 5; delete from a where id = 7");
        await Source.ExecuteAsync("update a set name = 'later' where id in (5, 6)");

        var (records, sums) = await DiffAsync(job, job.Pipeline);

        Assert.Equal(
            ["5 Different name: source later destination mine before , changed", "6 Different name: source later destination a6 before ",
                "7 MissingAtDestination source a7 before , changed"],
            records.Select(Shown));
        Assert.Equal((10, 7), (sums.Compared, sums.Equal));
    }

    [Fact]
    public async Task Record_that_several_attempts_wrote_is_told_once_with_what_was_before_all_of_them_wherever_it_is_gone_on_from()
    {
        var (wrong, right) = await WrongAsync();
        await Source.ExecuteAsync("update a set wrong = wrong || '!' where id <= 4");
        await RunAsync(wrong with { Attempt = 2, Epoch = 2 });
        await _destination.ExecuteAsync("update a set name = 'mine' where id = 2");

        var parts = new List<ServeRequest>();
        await ServeAsync(wrong, right, "", parts, repeats: true);

        string[] all =
        [
            "5.00 Different name: source a5 destination 5 before a5", "6.00 Different name: source a6 destination 6 before a6",
            "1.00 Different name: source a1 destination 1! before a1", "2.00 Different name: source a2 destination mine before a2, changed",
            "3.00 Different name: source a3 destination 3! before a3", "4.00 Different name: source a4 destination 4! before a4",
        ];
        Assert.Equal(all.Order(StringComparer.Ordinal), parts.SelectMany(part => part.Diffs.Records).Select(Shown).Order(StringComparer.Ordinal));
        Assert.Equal(6, parts.Sum(part => part.Diffs.SoFar.Compared));
        foreach (var entry in await EntriesAsync(wrong))
        {
            var rest = new List<ServeRequest>();
            await ServeAsync(wrong, right, $"{entry.Sequence}", rest, repeats: true);
            Assert.Equal(entry.Behind, string.Join(' ', rest.SelectMany(part => part.Diffs.Records).Select(record => record.Key.Values["id"])));
            Assert.Equal(rest.Sum(part => part.Diffs.Records.Count), rest.Sum(part => part.Diffs.SoFar.Compared));
        }
    }

    [Fact]
    public async Task Record_that_the_destination_could_not_receive_differs_and_hides_no_other()
    {
        await _destination.ExecuteAsync("create domain short as text check (length(value) < 5); alter table a alter name type short");
        var (wrong, right) = await WrongAsync();
        await Source.ExecuteAsync("update a set name = 'too long' where id = 3");
        var (records, sums) = await DiffAsync(wrong, right);
        Assert.Equal("3.00 Different", Shown(records.Single(record => record.Key.Values["id"] == "3.00")));
        Assert.Equal((6, 6, 6), (records.Count, sums.Compared, sums.Different));
    }

    [Fact]
    public async Task Nothing_is_written_on_either_side()
    {
        var (wrong, right) = await WrongAsync();
        var before = (await TidsAsync(Source), await TidsAsync(_destination));
        await DiffAsync(wrong, right);
        await ServeAsync(wrong, right, "", [], repeats: true);
        Assert.Equal(before, (await TidsAsync(Source), await TidsAsync(_destination)));
        Assert.Equal(0, await _destination.ScalarAsync<long>("select count(*) from pg_class where relname like 'hg\\_%'"));
    }

    [Fact]
    public async Task Key_that_is_another_one_now_is_refused()
    {
        var (wrong, right) = await WrongAsync();
        await Source.ExecuteAsync("create unique index on a (name); alter table a alter name set not null");
        await _destination.ExecuteAsync("alter table a add unique (name)");
        var other = right with { Objects = [right.Objects[0] with { Key = ["name"] }] };
        var error = await Assert.ThrowsAsync<StepException>(() => DiffAsync(wrong, other));
        Assert.Equal("keys-changed", error.Problem.Code);
    }

    // Of ten right rows a run by a wrong mapping has made six wrong.
    async Task<(JobUnderTest Wrong, PipelineDefinition Right)> WrongAsync()
    {
        var first = To("a");
        await RunAsync(first);
        await Source.ExecuteAsync("alter table a add wrong text; update a set wrong = id::text");
        var mapped = Mapped(first.Pipeline, "wrong");
        var wrong = first with { JobId = Guid.NewGuid(), Pipeline = mapped with { Objects = [mapped.Objects[0] with { Filter = "id <= 6" }] } };
        await RunAsync(wrong);
        return (wrong, Mapped(first.Pipeline, "name"));
    }

    static PipelineDefinition Mapped(PipelineDefinition pipeline, string name) => pipeline with
    {
        Objects = [pipeline.Objects[0] with { Fields = new Dictionary<string, string> { ["id"] = "id", ["name"] = name, ["changed_at"] = "changed_at" } }],
    };

    async Task<(IReadOnlyList<RecordDiff> Records, DiffSummary Sums)> DiffAsync(
        JobUnderTest job, PipelineDefinition through, bool includeEqual = false, string[]? fields = null, string[]? keys = null)
    {
        var parts = new List<ServeRequest>();
        await ServeAsync(job, through, "", parts, repeats: false, new DiffJobRequest
        {
            IncludeEqual = includeEqual,
            Fields = { fields ?? [] },
            Keys = { (keys ?? []).Select(key => new RecordKey { Values = { ["id"] = key } }) },
        });
        var sums = parts.Select(part => part.Diffs.SoFar).ToList();
        return ([.. parts.SelectMany(part => part.Diffs.Records)], new DiffSummary
        {
            Compared = sums.Sum(each => each.Compared),
            Equal = sums.Sum(each => each.Equal),
            Different = sums.Sum(each => each.Different),
            MissingAtSource = sums.Sum(each => each.MissingAtSource),
            MissingAtDestination = sums.Sum(each => each.MissingAtDestination),
        });
    }

    Task ServeAsync(
        JobUnderTest job, PipelineDefinition through, string place, List<ServeRequest> parts, bool repeats, DiffJobRequest? request = null) =>
        Worker.Get<ServedDiff>().RunAsync(
            new DiffWork
            {
                JobId = job.JobId.ToString(),
                PipelineId = job.PipelineId.ToString(),
                Pipeline = StoredJson.Write(through),
                Request = request ?? new DiffJobRequest(),
                Objects = { new MappedObject { Number = 0, Name = "public.a", Mapped = 0 } },
                Repeats = repeats,
            },
            place,
            part =>
            {
                parts.Add(part);
                return Task.CompletedTask;
            },
            default);

    static string Shown(RecordDiff record)
    {
        var (name, isDifferent) = (record.Fields.FirstOrDefault(field => field.Field == "name"), record.Result is DiffResult.Different);
        if (name is null) return $"{record.Key.Values["id"]} {record.Result}";
        var sides = $"{(name.HasSource ? $" source {name.Source}" : "")}{(name.HasDestination ? $" destination {name.Destination}" : "")} before {name.Before}";
        return $"{record.Key.Values["id"]} {record.Result}{(isDifferent ? " name:" : "")}{sides}{(name.ChangedSince ? ", changed" : "")}";
    }

    /// <summary>All entries of a job's log, each with the records whose last one stands behind it.</summary>
    async Task<IReadOnlyList<(long Sequence, string Behind)>> EntriesAsync(JobUnderTest job)
    {
        await using var command = _destination.DataSource.CreateCommand(
            $"""
             with entry as (select (seq << 20) + place as sequence, key[1] as id from headgate.change where job_id = '{job.JobId}'),
                  last as (select id, max(sequence) as sequence from entry group by id)
             select e.sequence, coalesce((select string_agg(id, ' ' order by l.sequence) from last l where l.sequence > e.sequence), '') from entry e
             """);
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<(long, string)>();
        while (await reader.ReadAsync()) entries.Add((reader.GetInt64(0), reader.GetString(1)));
        Assert.Equal(10, entries.Count);
        return entries;
    }

    static Task<string?> TidsAsync(TestDatabase database) => database.ScalarAsync<string>("select string_agg(concat_ws(' ', ctid, xmin, a::text), ',' order by id) from a");

    async Task RunAsync(JobUnderTest job)
    {
        var planned = Assert.Single((await Worker.AskAsync<JobPrepared>(job.PrepareAll())).Objects);
        var staged = new List<SegmentExtracted>();
        for (var segment = 0; segment < planned.SegmentCount; segment++) staged.Add(await Worker.AskAsync<SegmentExtracted>(job.Extract(0, segment)));
        Assert.IsType<FenceMoveResult.Moved>(await _fence.MoveAsync(
            new FenceMove { PipelineId = job.PipelineId, JobId = job.JobId, JobNo = JobNoOf(job), Attempt = job.Attempt, Epoch = job.Epoch, Open = true }, default));
        var empty = (await Worker.AskAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects;
        foreach (var segment in staged) await Worker.AskAsync<SegmentLoaded>(job.Load(segment) with { Empty = empty.Contains(0) });
    }

    // Attempts of one job have one number.
    long JobNoOf(JobUnderTest job) => job.Attempt == 1 ? ++_jobNo : _jobNo;

    JobUnderTest To(string table)
    {
        var job = Job(table);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) };
        return job with { Pipeline = job.Pipeline with { Destination = destination } };
    }
}
