using Headgate.Connectors.Repairs;
using Headgate.Contracts.Repairs;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>A repair that is asked for, with all that its request names looked up.</summary>
sealed record RepairScope
{
    /// <summary>The job that is repaired.</summary>
    public required JobRow Job { get; init; }

    /// <summary>Its pipeline.</summary>
    public required PipelineRecord Pipeline { get; init; }

    /// <summary>As whom that job was written; null: not known.</summary>
    public required string? Writer { get; init; }

    /// <summary>Its objects that are meant.</summary>
    public required IReadOnlyList<RepairedTable> Tables { get; init; }

    /// <summary>What the run is asked with.</summary>
    public required RepairOf Repair { get; init; }

    /// <summary>Which changes of the log that is.</summary>
    public required LogQuery Log { get; init; }

    /// <summary>Of keys: the number that their object has in the repair.</summary>
    public int KeysOf { get; init; }
}
