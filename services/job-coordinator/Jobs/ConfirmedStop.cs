namespace Headgate.JobCoordinator.Jobs;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>A stop that the fence has just confirmed, as it is measured.</summary>
sealed record ConfirmedStop(string mode, double seconds);
