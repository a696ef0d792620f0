using System.Text.Json;

namespace Headgate.Notifier.Outbox;

/// <summary>A row whose notice this version cannot read: another one wrote it, or somebody by hand.</summary>
/// <param name="row">Of the outbox.</param>
/// <param name="notice">The notice.</param>
/// <param name="error">What cannot be read, and where.</param>
sealed class UnreadableNoticeException(long row, Guid notice, JsonException error)
    : Exception($"The notice cannot be read: {error.Message}", error)
{
    public long Row { get; } = row;

    public Guid Notice { get; } = notice;
}
