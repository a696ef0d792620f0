using Headgate.Contracts.Jobs;

namespace Headgate.IngestWorker.Steps;

/// <summary>
/// What this process has in hand, and the stops it has heard of. Hearing of one only hastens it: a step that is not stopped here is
/// refused by the fence, or its answer is stale.
/// </summary>
sealed class StepsInHand(TimeProvider time)
{
    /// <summary>Jobs of which a stop is remembered: steps of them may still wait in a lane. The one heard of first is forgotten first.</summary>
    public const int Remembered = 1_000;

    /// <summary>How long a stop is remembered: a state database that was restored to an earlier point counts its epochs anew.</summary>
    public static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    readonly Lock _gate = new();
    readonly HashSet<StepInHand> _inHand = [];
    readonly Dictionary<Guid, (int Epoch, long HeardAt)> _stopped = [];
    readonly Queue<Guid> _heard = [];

    public int Count
    {
        get { lock (_gate) return _inHand.Count; }
    }

    public IReadOnlyList<StepAddress> All
    {
        get { lock (_gate) return [.. _inHand.Select(hand => hand.Address)]; }
    }

    public int Stops
    {
        get { lock (_gate) return _stopped.Count; }
    }

    /// <summary>Takes a step into hand; null: its job was stopped before it began.</summary>
    /// <param name="address">The step.</param>
    /// <param name="ending">Canceled when the process or its connection ends.</param>
    public StepInHand? Take(StepAddress address, CancellationToken ending = default)
    {
        lock (_gate)
        {
            if (_stopped.TryGetValue(address.JobId, out var stop) && address.Epoch < stop.Epoch && !IsForgotten(stop.HeardAt)) return null;
            var hand = new StepInHand(address, GiveBack) { Ending = ending };
            _inHand.Add(hand);
            return hand;
        }
    }

    /// <summary>Stops what is in hand of the job and older than the stop.</summary>
    public Task StopAsync(JobStopping stop)
    {
        List<StepInHand> concerned;
        lock (_gate)
        {
            Remember(stop);
            concerned = [.. _inHand.Where(hand => hand.Address.JobId == stop.JobId && hand.Address.Epoch < stop.Epoch)];
        }

        return Task.WhenAll(concerned.Select(hand => hand.StopAsync(stop.Force)));
    }

    void Remember(JobStopping stop)
    {
        var epoch = stop.Epoch;
        if (_stopped.TryGetValue(stop.JobId, out var known))
        {
            // Signals can overtake each other.
            if (!IsForgotten(known.HeardAt)) epoch = Math.Max(epoch, known.Epoch);
        }
        else
        {
            if (_stopped.Count == Remembered) _stopped.Remove(_heard.Dequeue());
            _heard.Enqueue(stop.JobId);
        }

        _stopped[stop.JobId] = (epoch, time.GetTimestamp());
    }

    bool IsForgotten(long heardAt) => time.GetElapsedTime(heardAt) > RememberedFor;

    void GiveBack(StepInHand hand)
    {
        lock (_gate) _inHand.Remove(hand);
    }
}
