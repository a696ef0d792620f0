using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Calls.Pipelines;
using static Headgate.V1.JobReference;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Finds the job that a request names.</summary>
sealed class JobFinder(JobQueries jobs, PipelineQueries pipelines, JobBirths births)
{
    /// <summary>The job, and what its look saw.</summary>
    /// <param name="job">How it is named.</param>
    /// <param name="project">What the caller is bound to; null: all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, NOT_FOUND, or PERMISSION_DENIED: a foreign project is named.</exception>
    public Task<(JobRow Job, JobPage Look)> FindAsync(V1.JobReference? job, string? project, CancellationToken cancellationToken) => job?.ByCase switch
    {
        ByOneofCase.Id => ByIdAsync(Ids.Parse("job.id", job.Id), project, cancellationToken),
        ByOneofCase.RequestId => ByRequestIdAsync(Ids.Parse("job.request_id", job.RequestId), project, cancellationToken),
        ByOneofCase.Pipeline => ByPipelineAsync(job.Pipeline, project, cancellationToken),
        _ => throw CallErrors.Invalid(("job", "It is not set: expected id, request_id or pipeline.")),
    };

    /// <summary>A foreign project's job is answered as one that does not exist; one that was accepted a moment ago is waited for.</summary>
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND. UNAVAILABLE: it was accepted, and is not there in time.</exception>
    public async Task<(JobRow Job, JobPage Look)> ByIdAsync(Guid id, string? project, CancellationToken cancellationToken)
    {
        var look = await jobs.ByIdAsync(id, cancellationToken);
        if (look.Jobs.Count == 0 && await jobs.IsAcceptedAsync(id, project, cancellationToken))
        {
            if (await births.WaitAsync(id, cancellationToken) is null)
                throw CallErrors.Unavailable($"Job {id} was accepted and is not there yet: ask again.");
            look = await jobs.ByIdAsync(id, cancellationToken);
        }

        return One(look, project, $"There is no job {id}.");
    }

    async Task<(JobRow Job, JobPage Look)> ByRequestIdAsync(Guid id, string? project, CancellationToken cancellationToken) =>
        One(await jobs.ByRequestIdAsync(id, cancellationToken), project, $"There is no job with Request ID {id}.");

    async Task<(JobRow Job, JobPage Look)> ByPipelineAsync(V1.PipelineReference reference, string? project, CancellationToken cancellationToken)
    {
        var pipeline = await pipelines.FindAsync(reference, "job.pipeline", project, cancellationToken);
        var look = await jobs.ActiveOfAsync(pipeline.Id, cancellationToken);
        if (look.Jobs is [var active]) return (active, look);
        var (_, last, _) = await jobs.OfPipelinesAsync([pipeline.Id], cancellationToken);
        throw CallErrors.NotFound(
            $"Pipeline {pipeline.Project}/{pipeline.Name} has no active job. "
            + (last.TryGetValue(pipeline.Id, out var job) ? $"Its last one is {job.Id}, {job.State}." : "It has had none yet."));
    }

    static (JobRow Job, JobPage Look) One(JobPage look, string? project, string missing) =>
        look.Jobs is [var job] && Projects.MaySee(project, job.Project) ? (job, look) : throw CallErrors.NotFound(missing);
}
