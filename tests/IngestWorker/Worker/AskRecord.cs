using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>What the worker has asked, and the coordinator's answer if it is to be given.</summary>
sealed class AskRecord : IConsumer<JobTaken>
{
    readonly List<(Guid JobId, int Epoch)> _asked = [];

    public IReadOnlyList<(Guid JobId, int Epoch)> Asked
    {
        get { lock (_asked) return [.. _asked]; }
    }

    /// <summary>The epoch of the stop that is told whoever asks; null: none.</summary>
    public int? StoppedAt { get; set; }

    public async Task Consume(ConsumeContext<JobTaken> context)
    {
        lock (_asked) _asked.Add((context.Message.JobId, context.Message.Epoch));
        if (StoppedAt is { } epoch) await context.Publish(new JobStopping { JobId = context.Message.JobId, Epoch = epoch, Force = false });
    }
}
