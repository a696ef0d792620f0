using Headgate.Contracts.Pipelines;

namespace Headgate.Contracts.Jobs;

/// <summary>Published when a job stays in a state longer than it may: a stop beyond its deadline, or a run in which nothing moves.</summary>
public sealed record JobDeadlinePassed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>Present once the job was launched.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>The state that the job is in, by its name.</summary>
    public required string State { get; init; }

    /// <summary>When it should have left that state, UTC.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>What is waited for, in one sentence.</summary>
    public required string Waiting { get; init; }

    /// <summary>Whether the stop goes on by force, because the pipeline says so.</summary>
    public required bool Escalated { get; init; }

    /// <summary>Whether the stop was by force already. Default: no.</summary>
    public bool Force { get; init; }

    /// <summary>Who asked for the stop; null: none was asked for.</summary>
    public string? Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>What was written so far, as far as it is known.</summary>
    public required RecordCounts Counts { get; init; }

    /// <summary>Whom the pipeline's file wants told. Default: nobody.</summary>
    public NotifyDefinition Notify { get; init; } = new();
}
