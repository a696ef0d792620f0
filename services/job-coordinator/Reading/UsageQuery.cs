using Headgate.JobCoordinator.Calls;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Of which jobs usage is asked: a checked request, of what the caller may see.</summary>
sealed record UsageQuery
{
    /// <summary>Null: of every project.</summary>
    public string? Project { get; init; }

    /// <summary>By its name in the project; null: of all.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Finished at this time or later.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Finished before this time; null: up to now, and those that have not finished.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <param name="request">What is asked.</param>
    /// <param name="project">What the caller is bound to; null: all.</param>
    /// <param name="now">In whose month usage begins, unless told.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, or PERMISSION_DENIED: a foreign project is named.</exception>
    public static UsageQuery Check(V1.GetUsageRequest request, string? project, DateTimeOffset now)
    {
        if (request.Pipeline.Length > 0 && request.Project.Length == 0)
            throw CallErrors.Invalid(("pipeline", "It needs project: a pipeline's name is unique in its project."));
        var query = new UsageQuery
        {
            Project = Projects.Check(request.Project, project),
            Pipeline = request.Pipeline is { Length: > 0 } pipeline ? pipeline : null,
            Since = JobFilters.Time("since", request.Since) ?? new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero),
            Until = JobFilters.Time("until", request.Until),
        };
        return query.Until <= query.Since
            ? throw CallErrors.Invalid(("until", request.Since is null ? "It is not after the beginning of this month, which since is unless set." : "It is not after since."))
            : query;
    }
}
