using Headgate.Contracts.Runs;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Which jobs: a checked filter, of what the caller may see. The queries and <see cref="Lets"/> say the same.</summary>
sealed record JobSelection
{
    /// <summary>Null: of every project.</summary>
    public string? Project { get; init; }

    /// <summary>By its name in the project; null: of all.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Null: any.</summary>
    public IReadOnlyList<string>? States { get; init; }

    /// <summary>Null: any.</summary>
    public IReadOnlyList<JobKind>? Kinds { get; init; }

    public Guid? RequestId { get; init; }

    public DateTimeOffset Since { get; init; } = JobKey.Last.Created;

    public DateTimeOffset Until { get; init; } = JobKey.First.Created;

    public bool Deleted { get; init; }

    /// <summary>Whether a job could ever be let through, by what never changes of it.</summary>
    public bool CouldLet(JobRow job) =>
        (Project is null || Project == job.Project) && (Pipeline is null || Pipeline == job.Pipeline)
        && (Kinds is null || Kinds.Contains(job.Kind)) && job.Created >= Since && job.Created < Until;

    public bool Lets(JobRow job) => (Deleted || job.Deleted is null) && LetsThoughDeleted(job);

    /// <summary>Whether it would be let through, were it not deleted.</summary>
    public bool LetsThoughDeleted(JobRow job) =>
        CouldLet(job) && (States is null || States.Contains(job.State)) && (RequestId is null || RequestId == job.RequestId);
}
