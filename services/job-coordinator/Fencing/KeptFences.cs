using Headgate.Connectors.Fencing;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>
/// Fences stay open for some minutes after their last use: to connect anew, and to learn the server's types again, costs more than to move
/// one.
/// </summary>
sealed class KeptFences(TimeProvider time) : IAsyncDisposable
{
    static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);
    static readonly TimeSpan GatePatience = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly Dictionary<(string Connector, string Connection), KeptFence> _fences = [];

    /// <summary>The fence behind this connection; given back by disposing it.</summary>
    public async Task<IFence> TakeAsync(string connector, string connection, Func<IFence> open)
    {
        KeptFence fence;
        List<KeptFence> old;
        lock (_lock)
        {
            if (!_fences.TryGetValue((connector, connection), out fence!))
                _fences.Add((connector, connection), fence = new KeptFence(open(), GatePatience));
            fence.Uses++;
            old = [.. _fences.Values.Where(IsOld)];
            foreach (var key in _fences.Where(entry => old.Contains(entry.Value)).Select(entry => entry.Key).ToList()) _fences.Remove(key);
        }

        foreach (var unused in old) await unused.DisposeAsync();
        return new BorrowedFence(fence, () => GiveBack(fence));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var fence in _fences.Values) await fence.DisposeAsync();
    }

    bool IsOld(KeptFence fence) => fence.Uses == 0 && time.GetElapsedTime(fence.LastUsed) > Keep;

    void GiveBack(KeptFence fence)
    {
        lock (_lock)
        {
            fence.Uses--;
            fence.LastUsed = time.GetTimestamp();
        }
    }
}
