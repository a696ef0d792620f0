using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>How long stops took, of those that a request is about.</summary>
public sealed class GetStopsTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Times_are_those_that_stops_really_took_by_mode()
    {
        var project = bench.NewProject();
        for (var no = 1; no <= 100; no++) await StopAsync(project, seconds: no / 100.0);
        await StopAsync(project, seconds: 0.02, mode: "Force");

        var times = (await GetAsync(new GetStopsRequest { Project = project.Name })).Times;

        Assert.Equal([CancelMode.Graceful, CancelMode.Force], times.Select(each => each.Mode));
        Assert.Equal((100, 0.5, 0.9, 0.99, 1.0), (times[0].Count, Of(times[0].P50), Of(times[0].P90), Of(times[0].P99), Of(times[0].Max)));
        Assert.Equal((1, 0.02, 0.02), (times[1].Count, Of(times[1].P50), Of(times[1].Max)));
    }

    [Fact]
    public async Task Buckets_hold_what_is_at_most_as_long_as_their_bound()
    {
        var project = bench.NewProject();
        foreach (var seconds in new[] { 0.01, 0.010001, 60, 61 }) await StopAsync(project, seconds);

        var buckets = (await GetAsync(new GetStopsRequest { Project = project.Name })).Times[0].Buckets;

        Assert.Equal([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], buckets.Select(bucket => bucket.Count));
        Assert.Equal((0.01, 60.0, null), (Of(buckets[0].UpTo), Of(buckets[^2].UpTo), buckets[^1].UpTo));
    }

    [Fact]
    public async Task What_waited_for_nothing_or_was_given_up_is_not_measured_and_what_is_open_is_counted()
    {
        var project = bench.NewProject();
        await StopAsync(project, seconds: 0, more: "at_once = true");
        await StopAsync(project, seconds: 500, more: "abandoned = true");
        await StopAsync(project, seconds: 500, more: "state = 'Paused'");
        await StopAsync(project, seconds: 500, more: "state = 'Failed'");
        await StopAsync(project, seconds: 500, more: "abandoned = true, confirmed_at = null");
        await StopAsync(project, seconds: 500, more: "confirmed_at = null");

        var times = (await GetAsync(new GetStopsRequest { Project = project.Name })).Times[0];

        Assert.Equal((0, 2, null, null), (times.Count, times.Unconfirmed, times.P50, times.Max));
    }

    [Fact]
    public async Task A_request_is_about_a_project_a_pipeline_a_mode_and_a_time()
    {
        var (project, other) = (bench.NewProject(), bench.NewProject());
        await StopAsync(project, 1, pipeline: "one", second: 0);
        await StopAsync(project, 2, pipeline: "one", second: 10);
        await StopAsync(project, 3, pipeline: "two", second: 20, mode: "Force");
        await StopAsync(other, 4);

        Assert.Equal("3, 2, 1", await LengthsAsync(new GetStopsRequest { Project = project.Name }));
        Assert.Equal("2, 1", await LengthsAsync(new GetStopsRequest { Project = project.Name, Pipeline = "one" }));
        Assert.Equal("3", await LengthsAsync(new GetStopsRequest { Project = project.Name, Mode = CancelMode.Force }));
        Assert.Equal("3, 2", await LengthsAsync(new GetStopsRequest { Project = project.Name, Since = At(10) }));
        Assert.Equal("1", await LengthsAsync(new GetStopsRequest { Project = project.Name, Until = At(10) }));
        Assert.Equal("4", await LengthsAsync(new GetStopsRequest(), ReadingBench.BoundTo(other.Name)));
        var forced = await GetAsync(new GetStopsRequest { Project = project.Name, Mode = CancelMode.Force });
        Assert.Equal(CancelMode.Force, Assert.Single(forced.Times).Mode);
    }

    [Fact]
    public async Task Stops_themselves_are_shown_as_far_as_they_are_asked_for()
    {
        var project = bench.NewProject();
        await StopAsync(project, 1, second: 0);
        await StopAsync(project, 2, second: 1, more: "request_id = gen_random_uuid(), kind = 'Launched', escalated = true, cause = 'Deadline'", mode: "Force");

        Assert.Empty((await GetAsync(new GetStopsRequest { Project = project.Name })).Stops);
        var stop = Assert.Single((await GetAsync(new GetStopsRequest { Project = project.Name, Last = 1 })).Stops);

        Assert.Equal((project.Name, JobState.Processing, true, 7), (stop.Project, stop.State, stop.Escalated, stop.Stop.Epoch));
        Assert.Equal(
            (StopKind.Launched, CancelMode.Force, StopCause.Deadline, StopIntent.Cancel, StopConfirmation.Fence, "tester", "to look"),
            (stop.Stop.Kind, stop.Stop.Mode, stop.Stop.Cause, stop.Stop.Intent, stop.Stop.ConfirmedBy, stop.Stop.Actor, stop.Stop.Reason));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_named()
    {
        Assert.Contains("pipeline: It needs project", await RefusedAsync(new GetStopsRequest { Pipeline = "contacts" }), StringComparison.Ordinal);
        Assert.Contains("until: It is not after since", await RefusedAsync(new GetStopsRequest { Since = At(1), Until = At(1) }), StringComparison.Ordinal);
        Assert.Contains("last: It is negative", await RefusedAsync(new GetStopsRequest { Last = -1 }), StringComparison.Ordinal);
        Assert.Contains("mode: There is no value 9", await RefusedAsync(new GetStopsRequest { Mode = (CancelMode)9 }), StringComparison.Ordinal);
        Assert.Contains("since: It is not a time", await RefusedAsync(new GetStopsRequest { Since = new Timestamp { Seconds = 253402300800 } }), StringComparison.Ordinal);
    }

    async Task<GetStopsResponse> GetAsync(GetStopsRequest request, Metadata? headers = null) => await bench.Jobs.GetStopsAsync(request, headers ?? []);

    async Task<string> LengthsAsync(GetStopsRequest request, Metadata? headers = null)
    {
        request.Last = 10;
        return string.Join(", ", (await GetAsync(request, headers)).Stops.Select(stop => (int)Of(stop.Stop.Confirmed - stop.Stop.Requested)));
    }

    async Task<string> RefusedAsync(GetStopsRequest request)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => GetAsync(request));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        return error.Status.Detail;
    }

    async Task StopAsync(
        TestProject project, double seconds, string mode = "Graceful", string? pipeline = null, int second = 0, string more = "state = 'Processing'")
    {
        var job = await project.JobAsync("Canceled", pipeline: pipeline ?? "contacts");
        await bench.Database.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
             insert into coordinator.job_stop (job_id, project, pipeline, attempt, epoch, state, phase, intent, kind, mode, cause, actor, reason,
                                               first_requested_at, requested_at, confirmed_at, at_once)
             select job_id, project, pipeline, 1, 7, 'Processing', 'Loading', 'Cancel', 'Extraction', '{mode}', 'Command', 'tester', 'to look',
                    at, at, at + {seconds} * interval '1 second', false
             from coordinator.sync_job, (values ('{TestProject.At(second):O}'::timestamptz)) asked (at) where job_id = '{job}';
             update coordinator.job_stop set {more} where job_id = '{job}'
             """));
    }

    static Timestamp At(int second) => Timestamp.FromDateTimeOffset(TestProject.At(second));

    static double Of(Duration length) => length.ToTimeSpan().TotalSeconds;
}
