using System.Diagnostics;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>The built program as a process; the other tests run the same command line in theirs, or on a terminal.</summary>
public sealed class ProgramTests : CliTest
{
    [Fact]
    public async Task Exit_code_and_streams_are_those_that_programs_expect()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) } });

        var done = await RunProcessAsync("jobs");
        var refused = await RunProcessAsync("cancel", "contacts");
        var usage = await RunProcessAsync("frobnicate");

        Assert.Equal((0, ""), (done.ExitCode, done.Error));
        Assert.Contains("8,400 of 80,000", done.Out, StringComparison.Ordinal);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Out));
        Assert.Contains("Next: headgate cancel contacts --yes\n", refused.Error, StringComparison.Ordinal);
        Assert.Equal((2, "", "headgate: There is no word or option frobnicate here.\nNext: headgate --help\n"), (usage.ExitCode, usage.Out, usage.Error));
        Assert.Equal($"Bearer {Secret}", Assert.Single(Coordinator.Headers).GetValue("authorization"));
    }

    [Fact]
    public async Task Output_is_appended_to_what_others_wrote_and_a_reader_may_leave()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Enumerable.Range(0, 1000).Select(_ => Examples.Job(JobState.Failed)) } });
        const string script = """
            { echo before; "$1" jobs --page-size=-1; "$1" jobs --page-size=-1; echo after; } >out 2>&1
            "$1" jobs 2>error | head -n 1 >/dev/null
            """;
        using var bash = Process.Start(ProgramFile.Start("bash", ["-c", script, "bash", ProgramFile.Path], Home, Coordinator.Address, []))!;
        await bash.WaitForExitAsync();

        var refusal = "headgate: --page-size is a whole number from 0 to 1,000, not \"-1\".\nNext: headgate jobs --help\n";
        Assert.Equal($"before\n{refusal}{refusal}after\n", await File.ReadAllTextAsync(Path.Combine(Home, "out")));
        Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(Home, "error")));
    }

    [Fact]
    public async Task Every_verb_tells_what_it_is_for()
    {
        string[] verbs =
        [
            "apply", "pipelines", "sync", "resync", "dry-run", "jobs", "watch", "pause", "resume", "cancel", "restart", "discard", "abandon", "delete", "rate", "changes",
            "rejected", "in-doubt", "diff", "rollback", "replay", "recover", "schedule", "events", "usage", "keys",
        ];

        var help = (await RunProcessAsync("--help")).Out;

        Assert.All(verbs, verb => Assert.Contains($"\n  {verb} ", help, StringComparison.Ordinal));
    }
}
