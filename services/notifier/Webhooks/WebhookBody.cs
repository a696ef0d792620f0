using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Notifier.Notices;
using Headgate.Notifier.Outbox;

namespace Headgate.Notifier.Webhooks;

/// <summary>A notice as webhooks are told of it; docs/pipelines.md describes it.</summary>
sealed record WebhookBody
{
    public required Guid Id { get; init; }

    public required NoticeKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Project { get; init; }

    public required string Pipeline { get; init; }

    public required Guid JobId { get; init; }

    public required int Attempt { get; init; }

    public Guid? RequestId { get; init; }

    public required string Sentence { get; init; }

    public string? Actor { get; init; }

    public string? Reason { get; init; }

    public string? Error { get; init; }

    public string? State { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public string? Waiting { get; init; }

    public string? Guard { get; init; }

    public string? Action { get; init; }

    public string? Advice { get; init; }

    public required bool Escalated { get; init; }

    public required bool Force { get; init; }

    public required RecordCounts Counts { get; init; }

    public static byte[] Of(Notice notice) => JsonSerializer.SerializeToUtf8Bytes(
        new WebhookBody
        {
            Id = notice.Id,
            Kind = notice.Kind,
            At = notice.At,
            Project = notice.Project,
            Pipeline = notice.Pipeline,
            JobId = notice.JobId,
            Attempt = notice.Attempt,
            RequestId = notice.RequestId,
            Sentence = NoticeText.Sentence(notice),
            Actor = notice.Actor,
            Reason = notice.Reason,
            Error = notice.Error,
            State = notice.State,
            Deadline = notice.Deadline,
            Waiting = notice.Waiting,
            Guard = notice.Guard,
            Action = notice.Action,
            Advice = notice.Advice,
            Escalated = notice.Escalated,
            Force = notice.Force,
            Counts = notice.Counts,
        },
        OutboxJson.Options);
}
