using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Recovery;
using Headgate.JobCoordinator.Relaying;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Changes;

/// <summary>Answers ListChanges: a worker reads the log at the destination, as fast as the client takes it.</summary>
sealed class ChangeReads(
    JobFinder finder, ObjectNames names, PipelineStore pipelines, RecordRelay relay, Tokens tokens, RecoveryMarks marks, TimeProvider time)
{
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>In a token, behind the place: nothing can have been written since the stream began.</summary>
    const string Whole = "/whole";

    /// <exception cref="RpcException">What RecordService says of ListChanges.</exception>
    public async Task ListAsync(
        V1.ListChangesRequest request, Caller caller, IAsyncStreamWriter<V1.ListChangesResponse> responses, CancellationToken cancellationToken)
    {
        Check(request);
        var project = caller.Project;
        var (job, _) = await finder.FindAsync(request.Job, project, cancellationToken);
        // A pipeline's active job is another one by the time that the stream is gone on with, or none.
        var bound = new V1.ListChangesRequest(request) { ResumeToken = "", Job = new V1.JobReference { Id = job.Id.ToString() } };
        var (place, isWhole) = request.ResumeToken.Length == 0 ? ("", RecoveryFacts.IsAtRest(job.State, job.StopUnconfirmed))
            : Begun(await tokens.OpenAsync("resume_token", bound, project, request.ResumeToken, cancellationToken));
        RecordedLog.Demand(job);
        var work = await WorkAsync(job, bound, cancellationToken);
        var (given, sent) = (0L, time.GetTimestamp());
        await foreach (var part in relay.ReadAsync(Work, cancellationToken).WithCancellation(cancellationToken))
        {
            if (part?.Problem is { } problem)
            {
                if (RecordedLog.Of(problem, job) is { } error) throw error;
                break;
            }

            if (part?.Place is { Length: > 0 } come) place = come;
            given += part?.Changes?.Changes.Count ?? 0;
            if (part?.Changes is not null || time.GetElapsedTime(sent) >= Heartbeat) await SendAsync(part?.Changes ?? new V1.ListChangesResponse());
            // A worker that breaks off now has given all that was wanted.
            if (given >= request.Limit && request.Limit > 0) break;
        }

        await RecordedLog.DemandStillAsync(finder, job, cancellationToken);
        if (isWhole && IsOfAll(request)) await marks.NoteAsync(job, caller.Name, summary: null, cancellationToken);

        ServeResponse Work() => new()
        {
            Place = place,
            Changes = new ChangesWork(work) { Limit = request.Limit == 0 ? 0 : request.Limit - given },
        };

        async Task SendAsync(V1.ListChangesResponse response)
        {
            response.ResumeToken = await tokens.SealAsync("resume_token", bound, project, $"{place}{(isWhole ? Whole : "")}", cancellationToken);
            await responses.WriteAsync(response, cancellationToken);
            sent = time.GetTimestamp();
        }
    }

    // What was begun while the job could still write has missed some of it.
    static (string Place, bool IsWhole) Begun(string token) => token.EndsWith(Whole, StringComparison.Ordinal) ? (token[..^Whole.Length], true) : (token, false);

    static bool IsOfAll(V1.ListChangesRequest request) => request is
    {
        Object: "", Key: null, Field: "", Attempt: 0, Limit: 0, Operation: V1.ChangeOperation.Unspecified,
    };

    async Task<ChangesWork> WorkAsync(JobRow job, V1.ListChangesRequest request, CancellationToken cancellationToken)
    {
        var objects = await names.OfAsync(job.Id, cancellationToken);
        // The worker tells objects by the very names that it is given.
        var asked = new V1.ListChangesRequest(request);
        if (asked.Object.Length > 0) asked.Object = objects[ObjectNames.NumberOf(asked.Object, objects)];
        var destination = await pipelines.DestinationAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
        return new ChangesWork
        {
            JobId = job.Id.ToString(),
            Connector = destination.Connector,
            Connection = destination.Connection,
            Request = asked,
            Objects = { objects.Select(each => new WorkObject { Number = each.Key, Name = each.Value }) },
        };
    }

    static void Check(V1.ListChangesRequest request)
    {
        if (request.Limit < 0) throw CallErrors.Invalid(("limit", "Expected 0, for all, or more."));
        if (request.Attempt < 0) throw CallErrors.Invalid(("attempt", "Expected 0, for all, or an attempt, from 1."));
        if (request.Operation is not V1.ChangeOperation.Unspecified) JobFilters.Name("operation", request.Operation);
        if (request.Key is null) return;
        if (request.Key.Values.Count == 0) throw CallErrors.Invalid(("key", "It has no field: expected a value for each field of the object's key."));
        if (request.Object.Length == 0) throw CallErrors.Invalid(("object", "Not set: a key is one of an object's."));
    }
}
