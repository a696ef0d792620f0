using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using static Headgate.V1.OperateJobsRequest;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>Which jobs a request of OperateJobs names.</summary>
sealed class SelectedJobs(JobQueries jobs)
{
    /// <summary>The most jobs that one call commands.</summary>
    public const int Most = 1000;

    // Each is a line of the error, which travels in a header.
    const int MostViolations = 20;

    /// <summary>The ids that are named, checked; null: they are a filter's.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT.</exception>
    public static IReadOnlyList<Guid>? Check(OperateJobsRequest request) => request.JobsCase switch
    {
        JobsOneofCase.Selection => Check(request.Selection.Ids),
        JobsOneofCase.Filter => null,
        _ => throw CallErrors.Invalid(("jobs", "It is not set: expected selection or filter.")),
    };

    /// <summary>What the filter lets through, those created last first.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: they are too many; PERMISSION_DENIED: a foreign project is named.</exception>
    public async Task<IReadOnlyList<Guid>> OfAsync(JobFilter filter, string? project, CancellationToken cancellationToken)
    {
        var page = await jobs.PageAsync(JobFilters.Check(filter, project), JobKey.First, Most, cancellationToken);
        if (page.Jobs.Count > Most)
            throw CallErrors.Invalid(("filter", $"It lets more than {Most:N0} jobs through; nothing was commanded."));
        return [.. page.Jobs.Select(job => job.Id)];
    }

    static List<Guid> Check(IReadOnlyList<string> ids)
    {
        if (ids.Count is 0 or > Most) throw CallErrors.Invalid(("selection.ids", $"Expected 1 to {Most:N0} ids."));
        var (parsed, first, wrong) = (new List<Guid>(ids.Count), new Dictionary<Guid, int>(ids.Count), new List<(string, string)>());
        for (var at = 0; at < ids.Count && wrong.Count < MostViolations; at++)
        {
            if (!Guid.TryParseExact(ids[at], "D", out var id)) wrong.Add(($"selection.ids[{at}]", "It is not a UUID."));
            else if (!first.TryAdd(id, at)) wrong.Add(($"selection.ids[{at}]", $"It is the same as selection.ids[{first[id]}]."));
            parsed.Add(id);
        }

        return wrong.Count == 0 ? parsed : throw CallErrors.Invalid(wrong);
    }
}
