namespace Headgate.JobCoordinator.Jobs;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>A stop that the fence has just confirmed, how long it took, and whether that says anything: of a job that stood already it does not.</summary>
sealed record ConfirmedStop(string mode, double seconds, bool measured);
