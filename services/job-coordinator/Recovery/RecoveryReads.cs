using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>Answers GetRecovery.</summary>
sealed class RecoveryReads(JobFinder finder, RecoveryQueries queries, RecoveryMarks marks)
{
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND, and what else JobService says of jobs that are named.</exception>
    public async Task<V1.GetRecoveryResponse> GetAsync(V1.GetRecoveryRequest request, string? project, CancellationToken cancellationToken)
    {
        var (job, look) = await finder.FindAsync(request.Job, project, cancellationToken);
        var response = new V1.GetRecoveryResponse { Job = JobMessages.Of(job, look.At) };
        if (job.Kind == JobKind.DryRun)
        {
            response.Sentence = "A dry run writes nothing: there is nothing to recover from.";
            return response;
        }

        var facts = await FactsAsync(job, cancellationToken);
        response.Steps.AddRange(RecoverySteps.Of(facts));
        response.Sentence = RecoverySentence.Of(facts, response.Steps);
        return response;
    }

    async Task<RecoveryFacts> FactsAsync(JobRow job, CancellationToken cancellationToken)
    {
        var (removed, earlier) = await queries.WrittenAsync(job.Id, cancellationToken);
        var (export, diff) = await marks.OfAsync(job.Id, cancellationToken);
        return new RecoveryFacts
        {
            Kind = job.Kind,
            State = job.State,
            StopUnconfirmed = job.StopUnconfirmed,
            Attempt = job.Attempt,
            Created = job.Created,
            Version = job.PipelineVersion,
            Counts = job.Counts,
            Earlier = earlier,
            LogRemoved = removed,
            Export = export,
            Diff = diff,
            Pipeline = await queries.PipelineAsync(job, cancellationToken),
            Repairs = await queries.RepairsAsync(job, cancellationToken),
            DryRun = await queries.DryRunAsync(job, cancellationToken),
            Trips = await queries.TripsAsync(job.Id, cancellationToken),
        };
    }
}
