namespace Headgate.JobCoordinator.Jobs;

/// <summary>A command that must be on its way, and where to.</summary>
readonly record struct ImpliedCommand(string Lane, object Message);
