using Headgate.Contracts.Jobs;

namespace Headgate.Notifier.Notices;

/// <summary>What happened to a job, as mails and webhooks tell it.</summary>
sealed record Notice
{
    /// <summary>The message id of the event.</summary>
    public required Guid Id { get; init; }

    public required NoticeKind Kind { get; init; }

    /// <summary>What happened, whatever the event's id: the same for the same thing, another for the next.</summary>
    public required string Key { get; init; }

    public required Guid JobId { get; init; }

    public required string Project { get; init; }

    public required string Pipeline { get; init; }

    public required DateTimeOffset At { get; init; }

    public required int Attempt { get; init; }

    public Guid? RequestId { get; init; }

    public string? Actor { get; init; }

    public string? Reason { get; init; }

    public string? Error { get; init; }

    public string? State { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public string? Waiting { get; init; }

    public bool Escalated { get; init; }

    /// <summary>Whether the stop that is late was by force already.</summary>
    public bool Force { get; init; }

    /// <summary>The guard that has tripped, as the pipeline file names it, with what it went by.</summary>
    public string? Guard { get; init; }

    /// <summary>What it is to do, as the pipeline file names it.</summary>
    public string? Action { get; init; }

    /// <summary>What becomes of the job: where several guards trip the strictest of what they are to do.</summary>
    public string? JobAction { get; init; }

    /// <summary>Whether a guard has tripped before the attempt's launch.</summary>
    public bool IsBeforeLaunch { get; init; }

    /// <summary>What it saw against what is allowed.</summary>
    public string? Observed { get; init; }

    /// <summary>Which cancel fits, and why.</summary>
    public string? Advice { get; init; }

    public required RecordCounts Counts { get; init; }
}
