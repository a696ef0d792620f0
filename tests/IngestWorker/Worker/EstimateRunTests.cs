using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Sources;
using Headgate.Hosting.Bus;
using Headgate.Tests.Servers;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>About how much a run would move, by what source and destination know of themselves.</summary>
public sealed class EstimateRunTests : WorkerTest
{
    TestDatabase _destination = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _destination = await TestDatabase.CreateAsync("ingest_destination");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task All_records_of_what_has_no_offset_and_those_from_the_offset_on_of_what_has_one()
    {
        var offset = await OffsetAsync("changing");
        await MakeAsync("changing", analyzed: true);
        await MakeAsync("whole", analyzed: true);
        await _destination.ExecuteAsync("create table whole (id int primary key); insert into whole select generate_series(1, 300); analyze whole");

        var found = await EstimateAsync(
            [Object("changing") with { Cursor = "changed_at" }, Object("skipped") with { Include = false }, Object("whole"), Object("whole") with { Filter = "id <= 100" }],
            new Dictionary<int, OffsetReference> { [0] = offset });

        Assert.Equal([0, 2, 3], found.Objects.Select(each => each.ObjectNo));
        Assert.Equal([false, true, true], found.Objects.Select(each => each.Full));
        // The last ten days of a thousand, and the overlap.
        Assert.InRange(found.Objects[0].Rows!.Value, 1, 100);
        Assert.Equal((1000, 300), (found.Objects[1].Rows, found.Objects[1].DestinationRows));
        Assert.InRange(found.Objects[2].Rows!.Value, 50, 150);
        Assert.Null(found.Objects[0].DestinationRows);
    }

    [Fact]
    public async Task What_nobody_knows_is_left_open()
    {
        await MakeAsync("unknown", analyzed: false);
        await MakeAsync("known", analyzed: true);

        var found = await EstimateAsync([Object("unknown"), Object("nowhere"), Object("known") with { Filter = "no such thing" }], new Dictionary<int, OffsetReference>());

        Assert.Equal([null, null, null], found.Objects.Select(each => each.Rows));
        Assert.Null(found.SourceProblem);
    }

    /// <summary>A filter is a text that somebody wrote; nothing of it is executed.</summary>
    [Theory]
    [InlineData("true); drop table victim; --")]
    [InlineData("pg_sleep(60) is null")]
    public async Task Filter_is_planned_and_not_run(string filter)
    {
        await MakeAsync("victim", analyzed: true);
        var began = TimeProvider.System.GetTimestamp();

        await EstimateAsync([Object("victim") with { Filter = filter }], new Dictionary<int, OffsetReference>());

        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        Assert.Equal(1000, await Source.ScalarAsync<long>("select count(*) from victim"));
    }

    [Fact]
    public async Task Source_that_cannot_be_looked_at_is_told_without_its_secret_and_the_destination_is_looked_at_still()
    {
        await _destination.ExecuteAsync("create table there (id int primary key); insert into there select generate_series(1, 7); analyze there");
        var found = await EstimateAsync(Pipeline with
        {
            Source = new SystemReference { Connector = "postgres", Connection = Reference("Host=127.0.0.1;Port=1;Password=hidden") },
            Objects = [Object("there")],
        });

        Assert.Contains("cannot be reached", found.SourceProblem!.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", found.SourceProblem.Sentence, StringComparison.Ordinal);
        Assert.Equal((null, 7), (found.Objects.Single().Rows, found.Objects.Single().DestinationRows));
    }

    static ObjectDefinition Object(string table) => new() { From = table, To = table, Key = ["id"] };

    Task MakeAsync(string table, bool analyzed) => Source.ExecuteAsync(
        $"""
         create table {table} (id int primary key, changed_at timestamptz not null);
         alter table {table} set (autovacuum_enabled = false);
         insert into {table} select n, now() - n * interval '1 day' from generate_series(1, 1000) n;
         {(analyzed ? $"analyze {table}" : "")}
         """);

    async Task<OffsetReference> OffsetAsync(string table)
    {
        var job = Guid.NewGuid();
        await State.ExecuteAsync(
            $"""
             insert into ingest.bound (job_id, attempt, object_no, source, target, upper, fields)
             values ('{job}', 1, 0, '{table}', '{table}', now() - interval '10 days', array[]::text[])
             """);
        return new OffsetReference { JobId = job, Attempt = 1 };
    }

    Task<RunEstimated> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, Dictionary<int, OffsetReference> offsets) =>
        EstimateAsync(Pipeline with { Objects = objects }, offsets);

    PipelineDefinition Pipeline => Job("a").Pipeline with
    {
        Destination = new SystemReference { Connector = "postgres", Connection = Reference(_destination.ConnectionString) },
    };

    async Task<RunEstimated> EstimateAsync(PipelineDefinition pipeline, Dictionary<int, OffsetReference>? offsets = null)
    {
        var client = Worker.Get<IBus>().CreateRequestClient<EstimateRun>(Lanes.Address(Lanes.Checks), TimeSpan.FromSeconds(60));
        return (await client.GetResponse<RunEstimated>(new EstimateRun { Pipeline = pipeline, Offsets = offsets ?? [] })).Message;
    }
}
