namespace Headgate.Connectors.Fencing;

/// <summary>Where the fence is to stand.</summary>
public sealed record FenceMove
{
    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Orders the jobs of a pipeline: the fence never moves back to an earlier one.</summary>
    public required long JobNo { get; init; }

    /// <summary>Counts from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Rises with every move, over all attempts of the job.</summary>
    public required int Epoch { get; init; }

    /// <summary>Whether the job may write.</summary>
    public required bool Open { get; init; }

    /// <summary>Terminate the backends that hold the lock instead of waiting for them.</summary>
    public bool Force { get; init; }

    /// <summary>The role that writes, granted what it needs when the fence opens; null: grant nothing.</summary>
    public string? Writer { get; init; }

    /// <summary>How long to wait for the lock. Default 20 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);
}
