using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class StopTimesTests : CliTest
{
    static readonly Timestamp Asked = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 31, 16, 51, 0, TimeSpan.Zero));

    static readonly GetStopsResponse Answer = new()
    {
        Times =
        {
            new StopTimes { Mode = CancelMode.Graceful, Count = 1_200, P50 = Of(95), P90 = Of(150), P99 = Of(181), Max = Of(1_204), Unconfirmed = 1 },
            new StopTimes { Mode = CancelMode.Force },
        },
        Stops =
        {
            new StopRecord
            {
                JobId = Examples.JobId,
                Project = "crm",
                Pipeline = "contacts",
                Escalated = true,
                Stop = new Stop
                {
                    Mode = CancelMode.Force, Intent = StopIntent.Cancel, Actor = "ops", Requested = Asked, Confirmed = Asked + Of(22),
                    ConfirmedBy = StopConfirmation.Fence,
                },
            },
            new StopRecord { JobId = Examples.JobId, Pipeline = "contacts", Stop = new Stop { Mode = CancelMode.Graceful, Requested = Asked } },
        },
    };

    [Fact]
    public async Task People_get_a_row_for_each_mode_and_the_stops_below()
    {
        Coordinator.On<GetStopsRequest>(_ => Answer);

        var lines = (await RunAsync("jobs", "--stops", "--last", "2")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["graceful", "1,200", "0.095 s", "0.150 s", "0.181 s", "1.204 s", "1"], Words(lines[1]));
        Assert.Equal(["force", "0", "0"], Words(lines[2]));
        Assert.Contains("0.022 s", lines[4], StringComparison.Ordinal);
        Assert.Contains("force, escalated", lines[4], StringComparison.Ordinal);
        Assert.Contains("unconfirmed", lines[5], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_the_answer_as_it_is()
    {
        Coordinator.On<GetStopsRequest>(_ => Answer);
        Assert.Equal(Answer, JsonParser.Default.Parse<GetStopsResponse>((await RunAsync("jobs", "--stops", "--output", "json")).Out));
    }

    [Theory]
    [InlineData("--stops --state paused", "--state")]
    [InlineData("--stops --page-size 5", "--page-size")]
    [InlineData("--mode force", "--mode")]
    [InlineData("--last 5", "--last")]
    public async Task What_is_about_jobs_is_refused_beside_stops_and_the_other_way_round(string options, string named)
    {
        var result = await RunAsync(["jobs", .. options.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Empty(Coordinator.Requests);
    }

    static string[] Words(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static Duration Of(int milliseconds) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds));
}
