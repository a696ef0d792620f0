namespace Headgate.Contracts.Jobs;

/// <summary>The notifier has written down what it is to tell of an event; until this is heard the event is published again.</summary>
public sealed record NoticeKept
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The message id of the event.</summary>
    public required Guid NoticeId { get; init; }
}
