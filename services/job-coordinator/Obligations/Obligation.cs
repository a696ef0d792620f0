using System.Text.Json;
using Headgate.JobCoordinator.Pipelines;
using MassTransit;

namespace Headgate.JobCoordinator.Obligations;

/// <summary>
/// A message that must leave because of a committed change. Written in the change's own transaction, marked done after the broker's
/// confirm: it leaves at least once, and always under the same message id.
/// </summary>
public sealed class Obligation
{
    /// <summary>Rows of one transaction leave in the order in which they were added.</summary>
    public long Sequence { get; init; }

    /// <summary>The message's id; receivers drop duplicates by it.</summary>
    public required Guid ObligationId { get; init; }

    /// <summary>The job that it is about; null: it is about a pipeline.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The pipeline that it is about; null: it is about a job.</summary>
    public Guid? PipelineId { get; init; }

    /// <summary>The message's type, by its full name in the contracts.</summary>
    public required string Message { get; init; }

    /// <summary>The lane it is sent to; null: it is published.</summary>
    public string? Lane { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Due at once, because of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="message">What must leave.</param>
    /// <param name="lane">Where to; null: it is published.</param>
    /// <param name="now">When.</param>
    public static Obligation Of(Guid job, object message, string? lane, DateTimeOffset now) => new()
    {
        ObligationId = NewId.NextGuid(),
        JobId = job,
        Message = message.GetType().FullName!,
        Lane = lane,
        Body = JsonSerializer.Serialize(message, message.GetType(), PipelineJson.Options),
        CreatedAt = now,
        NotBefore = now,
    };
}
