namespace Headgate.Notifier.Sending;

/// <summary>What became of one try.</summary>
enum DeliveryResult
{
    /// <summary>The other side has taken it, and said so.</summary>
    Accepted,

    /// <summary>Not now; this one is tried again later, the others go on.</summary>
    Later,

    /// <summary>Nothing can be sent: the server cannot be reached, or does not let us in.</summary>
    Away,

    /// <summary>Never.</summary>
    Refused,
}
