namespace Headgate.JobCoordinator.Pipelines;

/// <summary>Two pipelines must never write the same destination table.</summary>
public sealed class TargetTakenException(string pipeline, string target, string owner)
    : Exception($"{pipeline}: {target} is written by {owner} at this destination already, by its file or by a job of it that has not ended; "
        + "a table has one pipeline.");
