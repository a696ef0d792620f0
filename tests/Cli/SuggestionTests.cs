using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>Command lines to type are such that they can be typed.</summary>
public sealed class SuggestionTests : CliTest
{
    static readonly (string, string?)[] Launched = [("HEADGATE_COMMAND", "./head gate")];

    [Theory]
    [InlineData("cancel contacts", "\nNext: './head gate' cancel contacts --yes\n")]
    [InlineData("frobnicate", "\nNext: './head gate' --help\n")]
    [InlineData("pipelines show contacts --frobnicate", "\nNext: './head gate' pipelines show --help\n")]
    [InlineData("pause", "('./head gate' pause PIPELINE)")]
    [InlineData("jobs", "More: './head gate' jobs --page-token t, or --all\n")]
    public async Task Line_to_type_begins_as_the_program_was_started(string line, string told)
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { NextPageToken = "t" });

        Assert.Contains(told, (await RunAsync(Launched, line.Split(' '))).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("discard -- contacts", "headgate discard --yes -- contacts")]
    [InlineData("discard --reason why -- contacts", "headgate discard --reason why --yes -- contacts")]
    public async Task Options_are_put_before_the_names_that_nothing_is_an_option_among(string line, string next)
    {
        var result = await RunAsync(line.Split(' '));

        Assert.Contains($"\nNext: {next}\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jobs --page-token old --", "headgate jobs --page-token new --")]
    [InlineData("rejected --page-token old --object t -- contacts", "headgate rejected --object t --page-token new -- contacts")]
    public async Task Next_page_takes_the_place_of_the_one_that_was_asked_for(string line, string next)
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { NextPageToken = "new" }).On<ListRejectedRequest>(_ => new ListRejectedResponse { NextPageToken = "new" });

        Assert.Contains($"More: {next}, or --all\n", (await RunAsync(line.Split(' '))).Error, StringComparison.Ordinal);
    }
}
