namespace Headgate.JobCoordinator.Pipelines;

/// <summary>Two pipelines must never write the same destination table.</summary>
public sealed class TargetTakenException(string target)
    : Exception($"Another pipeline writes {target} at this destination already: a table has one pipeline.");
