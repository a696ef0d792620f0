using Headgate.Contracts.Pipelines;

namespace Headgate.Contracts.Repairs;

/// <summary>
/// Look up what a rollback would do, as the rows are now; nothing is written. Answered with RollbackPreviewed; a request, so whoever asks gives up
/// when nobody answers.
/// </summary>
public sealed record PreviewRollback
{
    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>As the rolled-back job was pinned to it.</summary>
    public required PipelineDefinition Pipeline { get; init; }

    /// <summary>What would be rolled back, without keys.</summary>
    public required RepairOf Repair { get; init; }

    /// <summary>Which of its objects.</summary>
    public required IReadOnlyList<RepairedObject> Objects { get; init; }
}
