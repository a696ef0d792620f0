using Grpc.Core;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Relaying;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Changes;

/// <summary>Answers ListRejected: a worker reads the page at the destination.</summary>
sealed class RejectReads(JobFinder finder, ObjectNames names, PipelineStore pipelines, RecordRelay relay, Tokens tokens)
{
    const int Usual = 50;
    const int Most = 1_000;

    /// <exception cref="RpcException">What RecordService says of ListRejected.</exception>
    public async Task<V1.ListRejectedResponse> ListAsync(V1.ListRejectedRequest request, string? project, CancellationToken cancellationToken)
    {
        if (request.Attempt < 0) throw CallErrors.Invalid(("attempt", "Expected 0, for all, or an attempt, from 1."));
        var size = PageSizes.Check(request.PageSize, Usual, Most);
        var (job, _) = await finder.FindAsync(request.Job, project, cancellationToken);
        // A pipeline's active job is another one by the time of the next page, or none.
        var bound = new V1.ListRejectedRequest(request) { PageToken = "", Job = new V1.JobReference { Id = job.Id.ToString() } };
        var place = request.PageToken.Length == 0 ? "" : await tokens.OpenAsync("page_token", bound, project, request.PageToken, cancellationToken);
        var objects = await names.OfAsync(job.Id, cancellationToken);
        // The worker tells objects by the very names that it is given.
        var asked = new V1.ListRejectedRequest(bound) { PageSize = size };
        if (asked.Object.Length > 0) asked.Object = objects[ObjectNames.NumberOf(asked.Object, objects)];
        // What was not launched has met no destination that could refuse anything.
        if (job.Launched is null) return new V1.ListRejectedResponse();
        RecordedLog.Demand(job);
        var destination = await pipelines.DestinationAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
        var work = new RejectsWork
        {
            JobId = job.Id.ToString(),
            Connector = destination.Connector,
            Connection = destination.Connection,
            Request = asked,
            Objects = { objects.Select(each => new WorkObject { Number = each.Key, Name = each.Value }) },
        };
        await foreach (var part in relay.ReadAsync(() => new ServeResponse { Rejects = work, Place = place }, cancellationToken))
        {
            if (part?.Problem is { } problem) throw RecordedLog.Of(problem, job) ?? CallErrors.Unavailable(problem.Sentence);
            if (part?.Rejects is not { } found) continue;
            if (part.Place.Length > 0) found.NextPageToken = await tokens.SealAsync("page_token", bound, project, part.Place, cancellationToken);
            return found;
        }

        return new V1.ListRejectedResponse();
    }
}
