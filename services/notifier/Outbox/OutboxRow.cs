using Headgate.Notifier.Notices;

namespace Headgate.Notifier.Outbox;

/// <summary>One notice on one channel, due to be sent.</summary>
/// <param name="Id">Of the row.</param>
/// <param name="Target">An address, or the reference to a URL.</param>
/// <param name="MessageId">A mail's Message-ID without its angle brackets.</param>
/// <param name="Notice">What is told.</param>
/// <param name="Tries">Those before this one.</param>
sealed record OutboxRow(long Id, string Target, string MessageId, Notice Notice, int Tries);
