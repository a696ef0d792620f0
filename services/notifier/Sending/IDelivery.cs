using Headgate.Notifier.Outbox;

namespace Headgate.Notifier.Sending;

/// <summary>A way of sending, used by one sender at a time.</summary>
interface IDelivery : IAsyncDisposable
{
    Channel Channel { get; }

    /// <summary>Which setting is missing for anything to be sent; null: none.</summary>
    string? Missing { get; }

    /// <summary>Tries once. Is not interrupted once the other side may have taken it: that would be a second one later.</summary>
    Task<DeliveryOutcome> DeliverAsync(OutboxRow row, CancellationToken stop);

    /// <summary>Nothing is due: a connection is not kept for nothing.</summary>
    Task RestAsync();
}
