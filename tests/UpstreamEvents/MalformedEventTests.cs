using System.Text.Json;
using Headgate.Hosting.Bus;
using Headgate.UpstreamEvents.Tests.Running;

namespace Headgate.UpstreamEvents.Tests;

public sealed class MalformedEventTests(EventBench bench) : IClassFixture<EventBench>
{
    const string ErrorQueue = $"{Lanes.UpstreamEvents}_error";

    [Fact]
    public async Task What_is_no_event_goes_to_the_error_queue_at_once_with_the_reason_in_a_header_and_holds_nobody_up()
    {
        var headers = new Dictionary<string, object?> { ["MT-Fault-Address"] = "exchange:headgate.coordinator.starts", ["ours"] = "kept" };
        await bench.Publisher.BodyAsync("no JSON");
        await bench.Publisher.BodyAsync("""{"type":"A","subject":"s","time":"2026-03-01T16:51:00Z"}""", headers: headers);
        await bench.Publisher.BodyAsync("""{"messageType":["urn:message:Some:Thing"],"message":{}}""", "application/vnd.masstransit+json");
        await bench.Publisher.BodyAsync("{}", "no content type;;");
        await bench.BindAsync(("Good", null));
        await bench.Publisher.EventAsync("Good", "s", "good");
        Assert.Single(await bench.Coordinator.AskedAsync("good"));
        await Installation.EventuallyAsync(async () => await bench.Broker.MessagesAsync(ErrorQueue) == 4, () => Task.FromResult(bench.Scheduler.Output));
        using var peeked = JsonDocument.Parse(await bench.Broker.Management.PeekAsync(ErrorQueue, bench.Broker.Name));
        var reasons = peeked.RootElement.EnumerateArray().ToDictionary(
            message => message.GetProperty("payload").GetString()!, message => message.GetProperty("properties").GetProperty("headers"));
        Assert.Equal("body: expected a JSON object in UTF-8", reasons["no JSON"].GetProperty("MT-Fault-Message").GetString());
        var missing = reasons.Single(each => each.Key.Contains("\"A\"", StringComparison.Ordinal)).Value;
        Assert.Equal(("id: it is missing", "kept"), (missing.GetProperty("MT-Fault-Message").GetString(), missing.GetProperty("ours").GetString()));
        Assert.Contains(reasons.Values, each => each.GetProperty("MT-Fault-Message").GetString()!.StartsWith("messageType:", StringComparison.Ordinal));
        // What the broker counts it says some time later.
        await Installation.EventuallyAsync(
            async () => await bench.Broker.MessagesAsync(Lanes.UpstreamEvents) == 0, () => Task.FromResult(bench.Scheduler.Output));
        Assert.Equal(1, await bench.State.ScalarAsync<long>("select count(*) from scheduler.upstream_event"));
        // Nothing that a message says decides where this service sends to.
        Assert.Single(bench.Coordinator.Asked("good"));
        Assert.Null(await bench.Broker.MessagesAsync($"{Lanes.Starts}_skipped"));
    }
}
