namespace Headgate.JobCoordinator.Pipelines;

/// <summary>Two pipelines must never write the same destination table.</summary>
public sealed class TargetTakenException(string pipeline, string target, string owner)
    : Exception($"{pipeline}: {target} is written by {owner} at this destination already, by its file or by an unfinished job of it; "
        + "a table has one pipeline. Nothing was applied.");
