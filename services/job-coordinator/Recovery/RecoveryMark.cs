namespace Headgate.JobCoordinator.Recovery;

/// <summary>That all that a job has changed was read to the end, as a list or as a comparison with the source.</summary>
sealed record RecoveryMark
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Who has read it.</summary>
    public required string Actor { get; init; }

    /// <summary>The job's, when the reading began.</summary>
    public required int Attempt { get; init; }

    /// <summary>The changes of that attempt, likewise.</summary>
    public required long Changes { get; init; }

    /// <summary>Whether the job could write no more, in that attempt.</summary>
    public required bool IsThrough { get; init; }

    /// <summary>Of a comparison; null: it was a list.</summary>
    public V1.DiffSummary? Summary { get; init; }

    /// <summary>Of a comparison: the version of the pipeline's file that it was made through; 0: a file that was given. Null: not known.</summary>
    public int? Version { get; init; }
}
