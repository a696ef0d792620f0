using Google.Protobuf.WellKnownTypes;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Jobs;
using Bucket = Headgate.V1.StopTimes.Types.Bucket;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Answers GetStops.</summary>
sealed class StopReads(StopQueries stops)
{
    const int MostStops = 1_000;

    static readonly V1.CancelMode[] Modes = [V1.CancelMode.Graceful, V1.CancelMode.Force];

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, or PERMISSION_DENIED: a foreign project.</exception>
    public async Task<V1.GetStopsResponse> GetAsync(V1.GetStopsRequest request, string? project, CancellationToken cancellationToken)
    {
        var (selection, last) = (Check(request, project), LastOf(request));
        var times = (await stops.TimesAsync(selection, cancellationToken)).ToDictionary(row => row.Mode, StringComparer.Ordinal);
        var buckets = (await stops.HistogramAsync(selection, cancellationToken)).ToLookup(row => row.Mode, StringComparer.Ordinal);
        var shown = Modes.Where(mode => request.Mode == V1.CancelMode.Unspecified || request.Mode == mode);
        return new V1.GetStopsResponse
        {
            Times = { shown.Select(mode => Times(mode, times.GetValueOrDefault($"{mode}"), buckets[$"{mode}"].ToDictionary(row => row.Bucket, row => row.Count))) },
            Stops = { (await stops.LastAsync(selection, last, cancellationToken)).Select(Record) },
        };
    }

    static StopSelection Check(V1.GetStopsRequest request, string? project)
    {
        if (request.Pipeline.Length > 0 && request.Project.Length == 0)
            throw CallErrors.Invalid(("pipeline", "It needs project: a pipeline's name is unique in its project."));
        var (since, until) = (JobFilters.Time("since", request.Since), JobFilters.Time("until", request.Until));
        if (since >= until) throw CallErrors.Invalid(("until", "It is not after since."));
        return new StopSelection(
            Projects.Check(request.Project, project),
            request.Pipeline is { Length: > 0 } pipeline ? pipeline : null,
            request.Mode == V1.CancelMode.Unspecified ? null : JobFilters.Name("mode", request.Mode),
            since ?? JobKey.Last.Created,
            until ?? JobKey.First.Created);
    }

    static int LastOf(V1.GetStopsRequest request) =>
        request.Last < 0 ? throw CallErrors.Invalid(("last", "It is negative.")) : Math.Min(request.Last, MostStops);

    static V1.StopTimes Times(V1.CancelMode mode, StopTimesRow? row, Dictionary<int, long> counts) => new()
    {
        Mode = mode,
        Count = row?.Count ?? 0,
        P50 = Seconds(row?.P50),
        P90 = Seconds(row?.P90),
        P99 = Seconds(row?.P99),
        Max = Seconds(row?.Max),
        Unconfirmed = row?.Unconfirmed ?? 0,
        Buckets =
        {
            StopTimes.Bounds.Select((bound, at) => new Bucket { UpTo = Seconds(bound), Count = counts.GetValueOrDefault(at) }),
            new Bucket { Count = counts.GetValueOrDefault(StopTimes.Bounds.Length) },
        },
    };

    static V1.StopRecord Record(StopRow row) => new()
    {
        JobId = row.Job.ToString(),
        Project = row.Project,
        Pipeline = row.Pipeline,
        Attempt = row.Attempt,
        State = Enum.Parse<V1.JobState>(row.State),
        FirstRequested = Timestamp.FromDateTimeOffset(row.FirstRequested),
        Escalated = row.Escalated,
        Stop = new V1.Stop
        {
            Kind = row.Kind is null ? V1.StopKind.Unspecified : Enum.Parse<V1.StopKind>(row.Kind),
            Mode = Enum.Parse<V1.CancelMode>(row.Mode),
            Actor = row.Actor,
            Reason = row.Reason ?? "",
            Requested = Timestamp.FromDateTimeOffset(row.Requested),
            Confirmed = JobMessages.Time(row.Confirmed),
            ConfirmedBy = ConfirmedBy(row),
            Cause = Enum.Parse<V1.StopCause>($"{row.Cause}"),
            Intent = Enum.Parse<V1.StopIntent>($"{row.Intent}"),
            Epoch = row.Epoch,
        },
    };

    static V1.StopConfirmation ConfirmedBy(StopRow row) => row switch
    {
        { Confirmed: null, Abandoned: true } => V1.StopConfirmation.Abandoned,
        { Confirmed: null } => V1.StopConfirmation.Unspecified,
        { RequestId: null } => V1.StopConfirmation.NeverOpened,
        _ => V1.StopConfirmation.Fence,
    };

    static Duration? Seconds(double? seconds) => seconds is { } known ? Duration.FromTimeSpan(TimeSpan.FromSeconds(known)) : null;
}
