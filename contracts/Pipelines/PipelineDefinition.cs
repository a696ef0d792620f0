namespace Headgate.Contracts.Pipelines;

/// <summary>A pipeline as its file says it, checked, all defaults filled in. A job is pinned to the version it began with.</summary>
public sealed record PipelineDefinition
{
    /// <summary>The project that the pipeline belongs to.</summary>
    public required string Project { get; init; }

    /// <summary>Unique in its project.</summary>
    public required string Name { get; init; }

    /// <summary>Where records come from.</summary>
    public required SystemReference Source { get; init; }

    /// <summary>Where records go to.</summary>
    public required SystemReference Destination { get; init; }

    /// <summary>At least one; numbered from 0 in the order of the file.</summary>
    public required IReadOnlyList<ObjectDefinition> Objects { get; init; }

    /// <summary>When runs start by themselves; null: on demand and on events only.</summary>
    public ScheduleDefinition? Schedule { get; init; }

    /// <summary>Upstream events that start a run.</summary>
    public IReadOnlyList<TriggerDefinition> Triggers { get; init; } = [];

    /// <summary>Who is told of what; null: nobody.</summary>
    public NotifyDefinition? Notify { get; init; }

    /// <summary>What holds or stops a run before it does damage.</summary>
    public GuardsDefinition Guards { get; init; } = new();

    /// <summary>How a graceful stop ends.</summary>
    public CancelDefinition Cancel { get; init; } = new();

    /// <summary>How records are written.</summary>
    public LoadDefinition Load { get; init; } = new();

    /// <summary>How records are read.</summary>
    public ExtractDefinition Extract { get; init; } = new();

    /// <summary>What becomes of destination records that are gone from the source.</summary>
    public OnVanished OnVanished { get; init; } = OnVanished.Keep;

    /// <summary>How long things are kept.</summary>
    public RetentionDefinition Retention { get; init; } = new();

    /// <summary>Failed jobs in a row after which the pipeline itself is Failed. Default 3.</summary>
    public int MaxFailures { get; init; } = 3;
}
