using Google.Protobuf.WellKnownTypes;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Calls;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Checks filters.</summary>
static class JobFilters
{
    // What the database keeps of a time.
    const int NanosecondsKept = 1000;

    /// <summary>What a filter lets through of what the caller may see.</summary>
    /// <param name="filter">Null: everything.</param>
    /// <param name="project">What the caller is bound to; null: all.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, or PERMISSION_DENIED: a foreign project.</exception>
    public static JobSelection Check(V1.JobFilter? filter, string? project)
    {
        filter ??= new V1.JobFilter();
        if (filter.Pipeline.Length > 0 && filter.Project.Length == 0)
            throw CallErrors.Invalid(("filter.pipeline", "It needs filter.project: a pipeline's name is unique in its project."));
        return new JobSelection
        {
            Project = Projects.Check(filter.Project, project),
            Pipeline = filter.Pipeline is { Length: > 0 } pipeline ? pipeline : null,
            States = filter.States.Count == 0 ? null : [.. filter.States.Select(state => Name("filter.states", state)).Distinct(StringComparer.Ordinal)],
            Kinds = filter.Kinds.Count == 0 ? null : [.. filter.Kinds.Select(kind => Enum.Parse<JobKind>(Name("filter.kinds", kind))).Distinct()],
            RequestId = filter.RequestId is { Length: > 0 } request ? Ids.Parse("filter.request_id", request) : null,
            Since = Time("filter.created_since", filter.CreatedSince) ?? JobKey.Last.Created,
            Until = Time("filter.created_until", filter.CreatedUntil) ?? JobKey.First.Created,
            Deleted = filter.IncludeDeleted,
        };
    }

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: there is no such value.</exception>
    public static string Name<T>(string field, T value)
        where T : struct, Enum => Enum.IsDefined(value) && !EqualityComparer<T>.Default.Equals(value, default)
            ? value.ToString() : throw CallErrors.Invalid((field, $"There is no value {value:D}."));

    // Up to what the database keeps: both bounds mean "at this time or later", and "not before this time".
    public static DateTimeOffset? Time(string field, Timestamp? time)
    {
        if (time is null) return null;
        try
        {
            var at = new Timestamp { Seconds = time.Seconds, Nanos = time.Nanos / NanosecondsKept * NanosecondsKept }.ToDateTimeOffset();
            if (time.Nanos % NanosecondsKept != 0 && at < JobKey.First.Created) at = at.AddMicroseconds(1);
            return at < JobKey.Last.Created ? JobKey.Last.Created : at > JobKey.First.Created ? JobKey.First.Created : at;
        }
        catch (InvalidOperationException)
        {
            throw CallErrors.Invalid((field, "It is not a time."));
        }
    }
}
