using Grpc.Core;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Recovery;
using Headgate.JobCoordinator.Relaying;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Changes;

/// <summary>
/// Answers ListChanges: a worker reads the log at the destination, or what a dry run has kept to show, as fast as the client takes it.
/// </summary>
sealed class ChangeReads(
    JobFinder finder, ObjectNames names, PipelineStore pipelines, JobFindings findings, RecordRelay relay, Tokens tokens, RecoveryMarks marks,
    TimeProvider time)
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
        if (job.Kind is JobKind.DryRun) DryRunSamples.Demand(job);
        else RecordedLog.Demand(job);
        var work = await WorkAsync(job, bound, cancellationToken);
        if (work.WorkCase is ServeResponse.WorkOneofCase.Samples && !await WouldWriteAsync(job, cancellationToken)) return;
        var (given, sent) = (0L, time.GetTimestamp());
        await foreach (var part in relay.ReadAsync(caller.Identity, Work, cancellationToken).WithCancellation(cancellationToken))
        {
            if (part?.Problem is { } problem)
            {
                if ((job.Kind is JobKind.DryRun ? DryRunSamples.Of(problem, job) : RecordedLog.Of(problem, job)) is { } error) throw error;
                break;
            }

            if (part?.Place is { Length: > 0 } come) place = come;
            given += part?.Changes?.Changes.Count ?? 0;
            if (part?.Changes is not null || time.GetElapsedTime(sent) >= Heartbeat) await SendAsync(part?.Changes ?? new V1.ListChangesResponse());
            // A worker that breaks off now has given all that was wanted.
            if (given >= request.Limit && request.Limit > 0) break;
        }

        if (job.Kind is JobKind.DryRun) return;
        await RecordedLog.DemandStillAsync(finder, job, cancellationToken);
        if (isWhole && IsOfAll(request)) await marks.NoteAsync(job, caller.Name, summary: null, version: null, cancellationToken);

        ServeResponse Work()
        {
            var (next, left) = (new ServeResponse(work) { Place = place }, request.Limit == 0 ? 0 : request.Limit - given);
            if (next.Samples is { } samples) samples.Limit = left;
            else next.Changes.Limit = left;
            return next;
        }

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

    async Task<ServeResponse> WorkAsync(JobRow job, V1.ListChangesRequest request, CancellationToken cancellationToken)
    {
        var objects = await names.OfAsync(job.Id, cancellationToken);
        // Workers know objects by the names that go with the work.
        if (request.Object.Length > 0) request = new V1.ListChangesRequest(request) { Object = objects[ObjectNames.NumberOf(request.Object, objects)] };
        var shown = objects.Select(each => new WorkObject { Number = each.Key, Name = each.Value });
        if (job.Kind is JobKind.DryRun)
        {
            return new ServeResponse
            {
                Samples = new SamplesWork { JobId = job.Id.ToString(), Attempt = job.Attempt, Request = request, Objects = { shown } },
            };
        }

        var destination = await pipelines.DestinationAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
        return new ServeResponse
        {
            Changes = new ChangesWork
            {
                JobId = job.Id.ToString(),
                Connector = destination.Connector,
                Connection = destination.Connection,
                Request = request,
                Objects = { shown },
            },
        };
    }

    // Of what would write nothing, nothing was kept.
    async Task<bool> WouldWriteAsync(JobRow job, CancellationToken cancellationToken) =>
        (await findings.OfAsync([job], cancellationToken)).TryGetValue(job.Id, out var found)
        && found.Objects.Any(each => each.Inserts + each.Updates > 0);

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
