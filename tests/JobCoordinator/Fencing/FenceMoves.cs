using Headgate.Contracts.Fencing;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>Moves of fences as a job's saga asks for them, made by the real consumer at a real destination.</summary>
static class FenceMoves
{
    public static async Task MoveAsync(this SagaBench bench, SagaJob job, bool open, bool force = false)
    {
        var row = await job.RowAsync();
        await bench.HandleAsync(
            new MoveFence
            {
                JobId = job.Id,
                JobNo = row.JobNo,
                Attempt = row.Attempt,
                Epoch = row.Epoch,
                Open = open,
                Force = force,
                EverLaunched = row.RequestId is not null,
            },
            lane: SagaBench.Fences);
    }

    /// <summary>A job that waits for its fence to be opened.</summary>
    public static async Task<SagaJob> LaunchingAsync(this SagaBench bench, string destination)
    {
        var job = await (await bench.AcceptAsync(destination: destination)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0);
        return job;
    }

    /// <summary>The variable that leads to the job's destination.</summary>
    public static string Variable(this SagaJob job) => job.Definition.Destination.Connection["env:".Length..];

    public static Task<string> PipelineStateAsync(this SagaJob job) =>
        job.ValueAsync<string>($"""select state as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""");
}
