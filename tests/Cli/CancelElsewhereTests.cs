using Headgate.Cli.Tests.Running;

namespace Headgate.Cli.Tests;

/// <summary>A cancel where nobody can be asked.</summary>
public sealed class CancelElsewhereTests : CliTest
{
    [Theory]
    [InlineData("cancel contacts", "headgate cancel contacts --yes")]
    [InlineData("cancel contacts --reason it's", @"headgate cancel contacts --reason 'it'\''s' --yes")]
    [InlineData("cancel --state processing", "headgate cancel --state processing --yes")]
    [InlineData("pause --all-projects", "headgate pause --all-projects --yes")]
    [InlineData("discard contacts", "headgate discard contacts --yes")]
    [InlineData("abandon contacts", "headgate abandon contacts --yes")]
    [InlineData("resync contacts --drop-and-load", "headgate resync contacts --drop-and-load --yes")]
    [InlineData("pipelines delete contacts", "headgate pipelines delete contacts --yes")]
    public async Task What_must_be_asked_is_refused_with_the_command_to_type_and_nothing_is_sent(string line, string next)
    {
        var result = await RunAsync(line.Split(' '));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nothing was sent", result.Error, StringComparison.Ordinal);
        Assert.Contains($"\nNext: {next}\n", result.Error, StringComparison.Ordinal);
        Assert.Empty(Coordinator.Requests);
    }

    [Fact]
    public async Task Program_that_reads_json_is_not_asked_on_a_terminal_either()
    {
        await using var terminal = OnTerminal("cancel", "contacts", "--output", "json");

        await terminal.SeesAsync("nothing was sent");

        Assert.Equal(1, await terminal.EndsAsync());
        Assert.Empty(Coordinator.Requests);
    }

    [Theory]
    [InlineData("cancel contacts --force --pause-first")]
    [InlineData("cancel contacts --accept-in-doubt")]
    [InlineData("cancel")]
    [InlineData("cancel contacts --state processing")]
    [InlineData("cancel contacts --key secret")]
    [InlineData("jobs --state frozen")]
    [InlineData("jobs --since yesterday")]
    [InlineData("frobnicate")]
    [InlineData("rate contacts")]
    [InlineData("dry-run")]
    [InlineData("changes contacts --key id")]
    [InlineData("changes id:contacts")]
    [InlineData("cancel a/b/c")]
    [InlineData("jobs --timeout 0")]
    [InlineData("jobs --output xml")]
    public async Task What_makes_no_sense_is_a_matter_of_usage(string line)
    {
        var result = await RunAsync(line.Split(' '));

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("headgate: ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Coordinator.Requests);
    }
}
