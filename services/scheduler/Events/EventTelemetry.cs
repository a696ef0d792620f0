using System.Diagnostics.Metrics;
using Headgate.Hosting.Telemetry;
using Headgate.Scheduler.Events.Receiving;

namespace Headgate.Scheduler.Events;

/// <summary>How many events come, and what they are.</summary>
static class EventTelemetry
{
    static readonly Counter<long> ReceivedCount = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.events.received", "{event}", "Upstream events that were received, by what became of them");

    static readonly Counter<long> MalformedCount = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.events.malformed", "{message}", "Messages on the events' exchange that are no event, by the field that is wrong");

    public static void Received(Reception reception) =>
        ReceivedCount.Add(1, new KeyValuePair<string, object?>("outcome", reception.ToString().ToLowerInvariant()));

    public static void Malformed(string field) => MalformedCount.Add(1, new KeyValuePair<string, object?>("field", field));
}
