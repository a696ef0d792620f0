using MassTransit;

namespace Headgate.IngestWorker.Steps;

/// <summary>Sees the ear being connected. It is made while the bus is, of which whoever asks needs the finished one.</summary>
sealed class EarWatch(IServiceProvider services) : IReceiveEndpointObserver
{
    /// <summary>Nobody waits: the ear is not to be held up by questions, which report their own failures.</summary>
    public Task Ready(ReceiveEndpointReady ready)
    {
        _ = services.GetRequiredService<MissedStops>().AskAgainAsync();
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
}
