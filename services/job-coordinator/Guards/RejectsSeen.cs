namespace Headgate.JobCoordinator.Guards;

/// <summary>What a worker has told of the rejects of a segment.</summary>
/// <param name="ObjectNo">The object's number in the pipeline file, from 0.</param>
/// <param name="Peak">The most that were rejected of any window.</param>
/// <param name="Records">How many records it had; null: it is not over.</param>
sealed record RejectsSeen(int ObjectNo, int Peak, long? Records);
