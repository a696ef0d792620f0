using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Applying;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Diffs;

/// <summary>
/// Finds what a job's records are compared through: the version of its pipeline in force, or a file of the pipeline that need not be applied. Its
/// destination is the one that the job wrote to: elsewhere there is nothing of it.
/// </summary>
sealed class DiffMappings(CoordinatorState state, PipelineStore store, PipelineCheck check)
{
    /// <exception cref="Grpc.Core.RpcException">
    /// INVALID_ARGUMENT: the file has problems, or is of another pipeline, source or destination. FAILED_PRECONDITION: the version in force has another
    /// destination.
    /// </exception>
    /// <returns>The mapping, and of which version of the pipeline's file it is; 0: of the file that was given.</returns>
    public async Task<(PipelineDefinition Pipeline, int Version)> FindAsync(JobRow job, PipelineFile? file, Caller caller, CancellationToken cancellationToken)
    {
        var written = await store.DestinationAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
        var (inForce, version) = await InForceAsync(job, cancellationToken);
        if (file is null)
        {
            return inForce.Destination == written ? (inForce, version) : throw PipelineRefusals.NothingRecorded(
                job.Id, job.State,
                $"Job {job.Id} wrote to {written.Connection}, and {job.Project}/{job.Pipeline} writes to {inForce.Destination.Connection} now, where nothing of it is recorded.");
        }

        var given = await ReadAsync(job, file, caller, cancellationToken);
        if (given.Source != inForce.Source) throw Wrong("It has another source than the pipeline: expected the same connector and connection.");
        if (given.Destination != written) throw Wrong("It has another destination than the job wrote to: expected the same connector and connection.");
        return (given, 0);
    }

    async Task<(PipelineDefinition Pipeline, int Version)> InForceAsync(JobRow job, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        var pipeline = (await PipelineQueries.ByIdsAsync(connection, [job.PipelineId], cancellationToken))[0];
        return (await store.DefinitionAsync(pipeline.Id, pipeline.Version, cancellationToken), pipeline.Version);
    }

    async Task<PipelineDefinition> ReadAsync(JobRow job, PipelineFile file, Caller caller, CancellationToken cancellationToken)
    {
        var files = PipelineTexts.Read(new ApplyPipelineRequest { Files = { new ApplyPipelineRequest.Types.File { File_ = file } } });
        if (files.Definitions is not [var pipeline]) throw Wrong($"It has {files.Definitions.Count:N0} pipelines: expected one.");
        caller.DemandProject(pipeline.Project);
        if ((pipeline.Project, pipeline.Name) != (job.Project, job.Pipeline))
            throw Wrong($"It is of {pipeline.Project}/{pipeline.Name}: expected a file of {job.Project}/{job.Pipeline}, whose job it is.");
        // What the destination's fence says does not matter to who only reads there.
        var found = await check.CheckAsync(files, cancellationToken);
        return found.Problems.Count > 0 ? throw FileErrors.Of(found.Problems) : pipeline;
    }

    static Grpc.Core.RpcException Wrong(string what) => CallErrors.Invalid(("file.text", what));
}
