using MassTransit;

namespace Headgate.Hosting.Bus;

/// <summary>
/// Drops answers that nobody waits for any more, which come late or a second time. MassTransit would put them aside in a queue beside that
/// of answers, which goes away after a minute, and its exchange with it: the next one would then close the channel by which this process
/// sends, and nothing would leave it for minutes.
/// </summary>
/// <param name="lanes">Queues that keep what they cannot handle.</param>
public sealed class LateAnswers(params IEnumerable<string> lanes) : IEndpointConfigurationObserver
{
    readonly HashSet<string> _lanes = new(lanes, StringComparer.Ordinal);

    public void EndpointConfigured<T>(T configurator)
        where T : IReceiveEndpointConfigurator
    {
        if (_lanes.Contains(configurator.InputAddress.Segments[^1])) return;
        configurator.DiscardSkippedMessages();
        configurator.DiscardFaultedMessages();
    }
}
