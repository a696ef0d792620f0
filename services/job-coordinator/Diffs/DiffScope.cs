using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Diffs;

/// <summary>A comparison that is asked for, with all that its request names looked up.</summary>
/// <param name="Work">What a worker does.</param>
/// <param name="IsWhole">Whether the mapping has all objects that the job wrote.</param>
/// <param name="Version">The version of the pipeline's file whose mapping it is; 0: of a file that was given.</param>
sealed record DiffScope(DiffWork Work, bool IsWhole, int Version);
