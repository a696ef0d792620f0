using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Sources;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class CheckSourceTests : WorkerTest
{
    [Fact]
    public async Task What_the_source_lacks_is_named_and_nothing_of_objects_that_are_not_synced()
    {
        var found = await CheckAsync(
            Object("a") with { Cursor = "changed" }, Object("nowhere"), Object("b"), Object("not_synced") with { Include = false });

        Assert.Null(found.Problem);
        Assert.Equal([(0, "changed"), (1, null)], found.Missing.Select(missing => (missing.ObjectNo, missing.Column)));
        Assert.Equal(["id", "name", "changed_at"], found.Missing[0].Known);
    }

    [Fact]
    public async Task Answers_stay_small_whatever_the_file()
    {
        await Source.ExecuteAsync($"create table wide ({string.Join(", ", Enumerable.Range(0, 100).Select(n => $"c{n} int"))})");

        var found = await CheckAsync([.. Enumerable.Range(0, 150).Select(_ => Object("wide"))]);

        Assert.Equal((100, 150), (found.Missing.Count, found.MissingCount));
        Assert.All(found.Missing, missing => Assert.Equal((20, 100), (missing.Known.Count, missing.KnownCount)));
    }

    [Fact]
    public async Task A_source_that_cannot_be_looked_at_is_told_without_its_secret()
    {
        var found = await CheckAsync(Job("a").Pipeline with { Source = new SystemReference { Connector = "postgres", Connection = Reference("Host=127.0.0.1;Port=1;Password=hidden") } });

        Assert.Contains("cannot be reached", found.Problem!.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", found.Problem.Sentence, StringComparison.Ordinal);
    }

    static ObjectDefinition Object(string table) => new() { From = table, To = table, Key = ["id"] };

    Task<SourceChecked> CheckAsync(params ObjectDefinition[] objects) => CheckAsync(Job("a").Pipeline with { Objects = objects });

    async Task<SourceChecked> CheckAsync(PipelineDefinition pipeline)
    {
        var client = Worker.Get<IBus>().CreateRequestClient<CheckSource>(Lanes.Address(Lanes.Checks), TimeSpan.FromSeconds(60));
        return (await client.GetResponse<SourceChecked>(new CheckSource { Pipeline = pipeline })).Message;
    }
}
