using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Headgate.Hosting.Telemetry;

namespace Headgate.Notifier.Outbox;

/// <summary>How sending goes, for metrics and health.</summary>
sealed class OutboxTelemetry
{
    static readonly Counter<long> SentCount = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.notices.sent", "{notice}", "Notices that a mail server or a webhook has taken, by channel");

    static readonly Counter<long> FailedCount = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.notices.failed", "{notice}", "Notices that were given up, by channel");

    readonly ConcurrentDictionary<Channel, long> _waiting = new();
    readonly ConcurrentDictionary<Channel, string> _away = new();

    public OutboxTelemetry() => HeadgateTelemetry.Meter.CreateObservableGauge(
        "headgate.notices.waiting",
        () => _waiting.Select(entry => new Measurement<long>(entry.Value, Tag(entry.Key))),
        "{notice}",
        "Notices that are to be sent, by channel");

    public void Sent(Channel channel)
    {
        _away.TryRemove(channel, out _);
        SentCount.Add(1, Tag(channel));
    }

    public void GivenUp(Channel channel, int count = 1) => FailedCount.Add(count, Tag(channel));

    public void Waits(Channel channel, long count) => _waiting[channel] = count;

    public void Away(Channel channel, string error) => _away[channel] = error;

    /// <summary>Why what waits is not sent; null: nothing waits, or it is on its way.</summary>
    public string? Trouble(Channel channel) => _waiting.GetValueOrDefault(channel) > 0 && _away.TryGetValue(channel, out var error) ? error : null;

    static KeyValuePair<string, object?> Tag(Channel channel) => new("channel", channel.ToString().ToLowerInvariant());
}
