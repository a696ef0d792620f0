namespace Headgate.Notifier.Outbox;

/// <summary>A way of telling.</summary>
enum Channel
{
    Mail,
    Webhook,
}
