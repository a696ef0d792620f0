using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>An object of a job that is repaired.</summary>
/// <param name="ObjectNo">Its number in the job.</param>
/// <param name="Source">Where it was read from.</param>
/// <param name="Destination">The table, in SQL spelling.</param>
/// <param name="IsReplaced">Whether the job loaded a new table in the place of the one before.</param>
/// <param name="IsUnwritten">Whether the job was blocked from it in each of its attempts.</param>
sealed record RepairedTable(int ObjectNo, string Source, string Destination, bool IsReplaced, bool IsUnwritten = false)
{
    /// <summary>The table, however it is spelled; null: the job had no name that can be read.</summary>
    public QualifiedName? Name => QualifiedName.TryParse(Destination, out var name) ? name : null;
}
