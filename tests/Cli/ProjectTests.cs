using Google.Protobuf;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>A pipeline that is named without a project, where none is configured.</summary>
public sealed class ProjectTests : CliTest
{
    static readonly (string, string?)[] NoProject = [("HEADGATE_PROJECT", null)];

    [Theory]
    [InlineData("pause contacts")]
    [InlineData("cancel contacts --yes")]
    [InlineData("jobs show contacts")]
    [InlineData("watch contacts")]
    [InlineData("recover contacts")]
    [InlineData("rollback contacts --yes")]
    [InlineData("pipelines show contacts")]
    [InlineData("schedule pause contacts")]
    [InlineData("sync contacts")]
    [InlineData("dry-run contacts")]
    [InlineData("jobs --pipeline contacts")]
    [InlineData("cancel --pipeline contacts --yes")]
    [InlineData("usage --pipeline contacts")]
    public async Task It_is_of_the_only_one_that_has_it(string line)
    {
        Have("crm");

        await RunAsync(NoProject, line.Split(' '));

        Assert.Equal([new ListPipelinesRequest { Name = "contacts", PageSize = 10 }], Coordinator.All<ListPipelinesRequest>());
        Assert.Equal(2, Coordinator.Requests.Count);
        Assert.Contains("\"project\": \"crm\"", JsonFormatter.Default.Format(Coordinator.Requests[1]), StringComparison.Ordinal);
        Assert.Contains("\"contacts\"", JsonFormatter.Default.Format(Coordinator.Requests[1]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pause contacts")]
    [InlineData("pause contacts billing/invoices")]
    public async Task Several_that_have_it_are_told_and_nothing_is_sent(string line)
    {
        Have("billing", "crm");

        var result = await RunAsync(NoProject, line.Split(' '));

        Assert.Equal(
            new CliResult(2, "", "headgate: Which contacts is meant: billing/contacts, crm/contacts? Type it so, or say --project or HEADGATE_PROJECT.\n"), result);
        Assert.IsType<ListPipelinesRequest>(Assert.Single(Coordinator.Requests));
    }

    [Fact]
    public async Task More_of_them_than_a_page_are_not_all_told()
    {
        Coordinator.On<ListPipelinesRequest>(_ => new ListPipelinesResponse { Pipelines = { Of("billing"), Of("crm") }, NextPageToken = "t" });

        Assert.Contains("crm/contacts, ...?", (await RunAsync(NoProject, "pause", "contacts")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_none_has_it_that_is_told()
    {
        Have();
        const string sentence = "There is no pipeline contacts in any project that the key is bound to. One that was deleted is named with its project: PROJECT/contacts.";

        Assert.Equal(new CliResult(1, "", $"headgate: {sentence}\n"), await RunAsync(NoProject, "pause", "contacts"));
        Assert.Equal(new CliResult(1, "", $"headgate: {sentence}\nNothing was sent.\n"), await RunAsync(NoProject, "pause", "contacts", $"id:{Examples.JobId}"));
    }

    void Have(params string[] projects) => Coordinator.On<ListPipelinesRequest>(_ => new ListPipelinesResponse { Pipelines = { projects.Select(Of) } });

    static Pipeline Of(string project) => new() { Project = project, Name = "contacts" };
}
