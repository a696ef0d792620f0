using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headgate.Contracts.Events;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Calls;
using MassTransit;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Answers ListUpstreamEvents with what the scheduler knows, of what the caller may see.</summary>
sealed class UpstreamEventReads(IBus bus, Tokens tokens)
{
    const int Most = 1_000;
    const int Usual = 50;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, PERMISSION_DENIED, or UNAVAILABLE: the scheduler does not answer.</exception>
    public async Task<V1.ListUpstreamEventsResponse> ListAsync(V1.ListUpstreamEventsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var size = PageSizes.Check(request.PageSize, Usual, Most);
        var bound = new V1.ListUpstreamEventsRequest(request) { PageToken = "" };
        long? before = request.PageToken.Length == 0
            ? null
            : long.Parse(await tokens.OpenAsync("page_token", bound, caller.Project, request.PageToken, cancellationToken), CultureInfo.InvariantCulture);
        var found = await AskAsync(Check(request, caller) with { Before = before, Count = size + 1 }, cancellationToken);
        var shown = found.Take(size).ToList();
        return new V1.ListUpstreamEventsResponse
        {
            Events = { shown.Select(Of) },
            NextPageToken = found.Count <= size
                ? "" : await tokens.SealAsync("page_token", bound, caller.Project, shown[^1].Number.ToString(CultureInfo.InvariantCulture), cancellationToken),
        };
    }

    // What matched nothing is of no project: only those see it who see all.
    static AskUpstreamEvents Check(V1.ListUpstreamEventsRequest request, Caller caller)
    {
        if (request.Unmatched && request.Project.Length > 0)
            throw CallErrors.Invalid(("unmatched", "An event that matched no pipeline is of no project: leave project out."));
        if (request.Unmatched && caller.Project is not null) throw AccessErrors.NotOfAllProjects(caller);
        foreach (var (name, text) in ((string, string)[])[("type", request.Type), ("subject", request.Subject), ("event_id", request.EventId)])
        {
            if (text.Contains('\0')) throw CallErrors.Invalid((name, "Expected no U+0000."));
        }

        var (since, until) = (JobFilters.Time("received_since", request.ReceivedSince), JobFilters.Time("received_until", request.ReceivedUntil));
        if (since >= until) throw CallErrors.Invalid(("received_until", "It is not after received_since."));
        return new AskUpstreamEvents
        {
            Project = Projects.Check(request.Project, caller.Project),
            Type = Given(request.Type),
            Subject = Given(request.Subject),
            Id = Given(request.EventId),
            Since = since,
            Until = until,
            Unmatched = request.Unmatched,
            Count = Usual,
        };
    }

    async Task<IReadOnlyList<KnownEvent>> AskAsync(AskUpstreamEvents question, CancellationToken cancellationToken)
    {
        try
        {
            return (await bus.AskAsync<AskUpstreamEvents, UpstreamEventsFound>(Lanes.EventQuestions, question, Patience, cancellationToken)).Events;
        }
        catch (RequestException)
        {
            throw CallErrors.Unavailable("The scheduler, which knows the events, has not answered in time.");
        }
    }

    static V1.UpstreamEvent Of(KnownEvent known) => new()
    {
        Id = known.Event.Id,
        Type = known.Event.Type,
        Subject = known.Event.Subject ?? "",
        Time = Timestamp.FromDateTimeOffset(known.Event.Time),
        Received = Timestamp.FromDateTimeOffset(known.Received),
        Repeats = known.Repeats,
        // A scheduler of an older version tells none.
        RunCount = Math.Max(known.RunCount, known.Runs.Count),
        Runs =
        {
            known.Runs.Select(run => new V1.EventRun
            {
                Project = run.Project,
                Pipeline = run.Pipeline,
                PipelineId = run.PipelineId.ToString(),
                Outcome = run.Outcome is { } outcome ? Enum.Parse<V1.EventRunOutcome>(outcome.ToString()) : V1.EventRunOutcome.Unspecified,
                JobId = run.JobId?.ToString() ?? "",
                Sentence = run.Sentence ?? "",
            }),
        },
    };

    static string? Given(string text) => text.Length > 0 ? text : null;
}
