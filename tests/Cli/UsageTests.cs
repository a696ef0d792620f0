using Headgate.Cli.Tests.Running;
using Headgate.V1;
using Usage = Headgate.V1.GetUsageResponse.Types.Usage;

namespace Headgate.Cli.Tests;

public sealed class UsageTests : CliTest
{
    [Fact]
    public async Task Totals_are_those_of_all_pages_and_not_of_the_one_that_is_shown()
    {
        Answers();

        var result = await RunAsync("usage", "--page-size", "1");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"crm +contacts +Canceled +1 .*8,400 .* 2", result.Out);
        Assert.Matches(@"Total +3 .*8,500 .* 2", result.Out);
        Assert.DoesNotContain("orders", result.Out, StringComparison.Ordinal);
        Assert.Contains("headgate usage --page-size 1 --page-token next", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_pages_are_one_answer()
    {
        Answers();

        var result = await RunAsync("usage", "--all");

        Assert.Matches(@"crm +contacts +Canceled +1 .*8,400 .* 2", result.Out);
        Assert.Matches(@"crm +orders +Completed +2 .*100 ", result.Out);
        Assert.Matches(@"Total +3 .*8,500 .* 2", result.Out);
    }

    void Answers() => Coordinator.On<GetUsageRequest>(request => request.PageToken.Length == 0
        ? Page("contacts", JobState.Canceled, 1, new RecordCounts { Written = 8_400, InDoubt = 2 }, next: "next")
        : Page("orders", JobState.Completed, 2, new RecordCounts { Written = 100 }, next: ""));

    static GetUsageResponse Page(string pipeline, JobState state, long jobs, RecordCounts counts, string next) => new()
    {
        Usage = { new Usage { Project = "crm", Pipeline = pipeline, State = state, Jobs = jobs, Counts = counts } },
        Total = new RecordCounts { Written = 8_500, InDoubt = 2 },
        TotalJobs = 3,
        NextPageToken = next,
    };
}
