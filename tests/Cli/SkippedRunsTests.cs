using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>What `pipelines show` says of runs that were not started.</summary>
public sealed class SkippedRunsTests : CliTest
{
    static readonly DateTimeOffset Due = new(2026, 3, 1, 16, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_is_shown_with_what_it_came_due_by_when_how_many_it_stands_for_and_what_was_in_its_way()
    {
        var lines = await ShownAsync(
            Run(TriggerKind.Schedule, 1, "a job of the pipeline is active", run => (run.JobId, run.FirstDue, run.LastDue) = (Examples.JobId, At(0), At(0))),
            Run(TriggerKind.Schedule, 90, "no scheduler looked when they came due", run => (run.Runs, run.FirstDue, run.LastDue) = (3, At(15), At(45))),
            Run(TriggerKind.SyncNow, 95, "the pipeline was paused"));

        Assert.Matches("^Skipped +Trigger +Due +Runs +Job in the way +Why$", lines[0]);
        Assert.Matches($"^{Shown(1)}  schedule +{Shown(0)} +{Examples.JobId}  a job of the pipeline is active$", lines[1]);
        Assert.Matches($"^{Shown(90)}  schedule +{Shown(15)} to {Shown(45)}  3 +no scheduler looked when they came due$", lines[2]);
        Assert.Matches($"^{Shown(95)}  sync-now +the pipeline was paused$", lines[3]);
        // One below the other.
        Assert.Equal(lines[0].IndexOf("Why", StringComparison.Ordinal), lines[1].IndexOf("a job of", StringComparison.Ordinal));
        Assert.Equal(lines[0].IndexOf("Runs", StringComparison.Ordinal), lines[2].IndexOf("  3", StringComparison.Ordinal) + 2);
    }

    [Fact]
    public async Task Columns_in_which_none_has_anything_are_left_out()
    {
        var lines = await ShownAsync(Run(TriggerKind.Event, 1, "the pipeline was paused"));

        Assert.Matches("^Skipped +Trigger +Why$", lines[0]);
        Assert.Matches($"^{Shown(1)}  event +the pipeline was paused$", lines[1]);
    }

    [Fact]
    public async Task Where_there_are_none_nothing_is_said_of_them() => Assert.Empty(await ShownAsync());

    /// <summary>The table's lines, below those of the pipeline.</summary>
    async Task<string[]> ShownAsync(params SkippedRun[] runs)
    {
        Coordinator.On<GetPipelineRequest>(_ => new GetPipelineResponse { Pipeline = Examples.Pipeline(), SkippedRuns = { runs } });
        var result = await RunAsync("pipelines", "show", "contacts");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var lines = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd());
        return [.. lines.SkipWhile(line => !line.StartsWith("Skipped", StringComparison.Ordinal))];
    }

    static SkippedRun Run(TriggerKind trigger, int minutes, string why, Action<SkippedRun>? configure = null)
    {
        var run = new SkippedRun { At = At(minutes), Trigger = new Trigger { Kind = trigger }, Reason = why, Runs = 1 };
        configure?.Invoke(run);
        return run;
    }

    static Timestamp At(int minutes) => Timestamp.FromDateTimeOffset(Due.AddMinutes(minutes));

    static string Shown(int minutes) => Due.AddMinutes(minutes).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
