using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.IngestWorker.Steps;

/// <summary>
/// Asks what this process has not heard while it was not connected: of each job once, when it takes the first step of an epoch. Nobody waits
/// for the answer, which comes as any other stop does.
/// </summary>
sealed partial class MissedStops(IBus bus, StepsInHand inHand, ILogger<MissedStops> log)
{
    const int Remembered = 1_000;

    readonly Lock _gate = new();
    readonly HashSet<(Guid JobId, int Epoch)> _asked = [];

    /// <summary>A step was taken.</summary>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Ends the question: the step would not be taken either.</param>
    public async Task AskAsync(StepAddress step, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_asked.Count >= Remembered) _asked.Clear();
            if (!_asked.Add((step.JobId, step.Epoch))) return;
        }

        try
        {
            await bus.Publish(new JobTaken { JobId = step.JobId, Epoch = step.Epoch }, cancellationToken);
        }
        catch (Exception error)
        {
            // The broker is away. Once it is back everything is asked anew, and the step itself is none the worse for it.
            LogNotAsked(step.JobId, error.GetType().Name);
        }
    }

    /// <summary>The ear is connected, for the first time or again: what was asked before says nothing any more.</summary>
    public Task AskAgainAsync()
    {
        lock (_gate) _asked.Clear();
        return Task.WhenAll(inHand.All.Select(step => AskAsync(step, CancellationToken.None)));
    }
}
