namespace Headgate.Contracts.Pipelines;

/// <summary>The guards of a pipeline; all on by default.</summary>
public sealed record GuardsDefinition
{
    /// <summary>Record count against past runs and the source.</summary>
    public VolumeGuard Volume { get; init; } = new();

    /// <summary>A dry run of a few batches before launch.</summary>
    public CanaryGuard Canary { get; init; } = new();

    /// <summary>Share of rejected records.</summary>
    public RejectsGuard Rejects { get; init; } = new();

    /// <summary>Duration against past runs.</summary>
    public DurationGuard Duration { get; init; } = new();

    /// <summary>A full load where runs were incremental.</summary>
    public FullLoadGuard FullLoad { get; init; } = new();
}
