using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Changes;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Recovery;
using Headgate.JobCoordinator.Relaying;
using Headgate.Relay.V1;
using Headgate.V1;

namespace Headgate.JobCoordinator.Diffs;

/// <summary>Answers DiffJob: a worker compares both sides, as fast as the client takes what it finds.</summary>
sealed class DiffReads(JobFinder finder, DiffScopes scopes, RecordRelay relay, Tokens tokens, RecoveryMarks marks, TimeProvider time)
{
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <exception cref="RpcException">What RecordService says of DiffJob.</exception>
    public async Task CompareAsync(
        DiffJobRequest request, Caller caller, IAsyncStreamWriter<DiffJobResponse> responses, CancellationToken cancellationToken)
    {
        DiffScopes.Check(request);
        var (job, _) = await finder.FindAsync(request.Job, caller.Project, cancellationToken);
        // A pipeline's active job is another one by the time that the stream is gone on with, or none.
        var bound = new DiffJobRequest(request) { ResumeToken = "", Job = new JobReference { Id = job.Id.ToString() } };
        var place = request.ResumeToken.Length == 0
            ? new DiffPlace { AtRest = RecoveryFacts.IsAtRest(job.State, job.StopUnconfirmed) }
            : DiffPlace.Parse(await tokens.OpenAsync("resume_token", bound, caller.Project, request.ResumeToken, cancellationToken));
        RecordedLog.Demand(job);
        var scope = await scopes.FindAsync(job, bound, caller, cancellationToken);
        var sent = time.GetTimestamp();
        await foreach (var part in relay.ReadAsync(caller.Identity, () => new ServeResponse { Place = place.Place, Diff = scope.Work }, cancellationToken))
        {
            if (part?.Problem is { } problem)
            {
                if (DiffProblems.Of(problem, job, request) is { } error) throw error;
                break;
            }

            if (part is not null) place = place.With(part.Place, part.Diffs?.SoFar ?? new DiffSummary());
            if (part?.Diffs is { Records.Count: > 0 } || time.GetElapsedTime(sent) >= Heartbeat)
                await SendAsync(part?.Diffs is { } found ? new DiffJobResponse { Records = { found.Records } } : new DiffJobResponse());
        }

        await RecordedLog.DemandStillAsync(finder, job, cancellationToken);
        await SendAsync(new DiffJobResponse { Summary = place.SoFar });
        if (place.AtRest && scope.IsWhole && request is { Object: "", Fields.Count: 0, Keys.Count: 0 })
            await marks.NoteAsync(job, caller.Name, place.SoFar, scope.Version, cancellationToken);

        async Task SendAsync(DiffJobResponse response)
        {
            response.SoFar = place.SoFar;
            response.ResumeToken = await tokens.SealAsync("resume_token", bound, caller.Project, place.ToString(), cancellationToken);
            await responses.WriteAsync(response, cancellationToken);
            sent = time.GetTimestamp();
        }
    }
}
