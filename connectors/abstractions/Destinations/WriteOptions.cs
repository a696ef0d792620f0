using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Destinations;

/// <summary>How a pipeline writes, as far as planning goes by it.</summary>
public sealed record WriteOptions
{
    /// <summary>How records are written.</summary>
    public required LoadDefinition Load { get; init; }

    /// <summary>What becomes of records that full reads do not bring. Default: they stay.</summary>
    public OnVanished OnVanished { get; init; }

    /// <summary>The pipeline: what others write is not its own. Null: it is not known yet, and nothing that exists is another's.</summary>
    public Guid? PipelineId { get; init; }

    /// <summary>
    /// Names, without a schema, for new tables that are loaded beside those that are there and take their place, by object number. Null: tables
    /// are kept, and evolved.
    /// </summary>
    public IReadOnlyDictionary<int, string>? NewTables { get; init; }
}
