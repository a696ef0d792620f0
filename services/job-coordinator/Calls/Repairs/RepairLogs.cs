using Headgate.Connectors;
using Headgate.Connectors.Repairs;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>Asks the change log at the destination of a job.</summary>
sealed class RepairLogs(FenceOpener destinations)
{
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: the destination cannot be asked. FAILED_PRECONDITION: it has no such log.</exception>
    public async Task<T> AskAsync<T>(JobRow job, Func<IRepairLog, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            await using var log = await destinations.OpenRepairLogAsync(job.PipelineId, job.PipelineVersion, cancellationToken)
                ?? throw RepairRefusals.Nothing(job, "its destination logs nothing");
            return await ask(log);
        }
        catch (ConnectorException error)
        {
            throw CallErrors.Unavailable($"The destination's change log cannot be used: {error.Message}");
        }
    }
}
