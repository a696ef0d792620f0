using MassTransit;

namespace Headgate.Hosting.Bus;

/// <summary>One receive endpoint of a service.</summary>
public sealed record Lane
{
    /// <summary>The queue's name.</summary>
    public required string Name { get; init; }

    /// <summary>Messages handled at the same time; as many are prefetched.</summary>
    public required int Concurrency { get; init; }

    /// <summary>
    /// Whether the queue is one process's own: not kept on disk, gone with its consumer, and what cannot be handled is dropped. For what
    /// every process hears, and what may be lost.
    /// </summary>
    public bool IsTemporary { get; init; }

    /// <summary>Published events that the lane receives; commands are sent to it by name.</summary>
    public IReadOnlyList<ILaneEvent> Events { get; init; } = [];

    /// <summary>Adds the consumers or sagas.</summary>
    public required Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Configure { get; init; }
}
