namespace Headgate.Contracts.Pipelines;

/// <summary>How records are written.</summary>
public sealed record LoadDefinition
{
    /// <summary>Segments of one job in hand at the same time, 1 to 64. Default 4.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>The time a batch should take; its size adapts to it. Default 200 ms.</summary>
    public TimeSpan BatchTarget { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A ceiling for the whole job; 0: none. Default 0.</summary>
    public int MaxRowsPerSecond { get; init; }

    /// <summary>Rejected records after which the job fails. Default 1000.</summary>
    public int MaxRejects { get; init; } = 1000;

    /// <summary>Write to tables whose triggers or cascades write elsewhere. Default false.</summary>
    public bool AllowTriggers { get; init; }
}
