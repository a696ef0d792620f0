namespace Headgate.JobCoordinator.Recovery;

/// <summary>A guard that has tripped on a job, and what it went by, as the pipeline file has them.</summary>
/// <param name="Guard">For example `Canary`.</param>
/// <param name="Measure">For example `nullShare`; empty: the guard has no threshold.</param>
/// <param name="Allowed">The threshold.</param>
/// <param name="Observed">What it saw.</param>
/// <param name="OnlyTold">Whether it let the job go on.</param>
sealed record RecoveryTrip(string Guard, string Measure, double Allowed, double Observed, bool OnlyTold);
