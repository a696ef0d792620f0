namespace Headgate.Contracts.Jobs;

/// <summary>Ends a failed job in favour of a run with a newer version of the pipeline file.</summary>
public sealed record SupersedeJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The job that takes its place.</summary>
    public required AcceptJob Successor { get; init; }
}
