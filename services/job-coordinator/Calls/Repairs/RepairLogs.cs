using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Repairs;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>Asks the change log at the destination of a job.</summary>
sealed class RepairLogs(FenceOpener destinations)
{
    /// <summary>Removes the keys that were kept for a repair which was refused.</summary>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: they could not be removed, and are when the call is repeated.</exception>
    public async Task ForgetAsync(JobRow job, Guid repair, string refusal, CancellationToken cancellationToken)
    {
        try
        {
            await using var purge = await destinations.OpenLogPurgeAsync(job.PipelineId, job.PipelineVersion, cancellationToken);
            for (PurgePlace? place = null; purge is not null;)
            {
                if ((place = await purge.RemoveNextAsync(repair, place, cancellationToken)) is null) return;
            }
        }
        catch (ConnectorException error)
        {
            throw CallErrors.Unavailable(
                $"{refusal} The chosen keys, which the destination has kept, could not be removed again; a repeat with the same idempotency_key does: {error.Message}");
        }
    }

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
