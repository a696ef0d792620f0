using Headgate.Connectors;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>
/// The open fence of one connection, shared by all that ask there. It keeps those whose destination is silent from taking up all who
/// could move other fences: one tries, the others hear at once what the last one heard.
/// </summary>
/// <param name="fence">The fence.</param>
/// <param name="gatePatience">How long one waits for its turn.</param>
sealed class KeptFence(IFence fence, TimeSpan gatePatience) : IAsyncDisposable
{
    // A move by force may need two sessions, and must not queue behind moves that wait for batches in flight. Together they leave some of a
    // connection's sessions to those that only look.
    readonly SemaphoreSlim _patient = new(12);
    readonly SemaphoreSlim _forced = new(6);
    Problem? _silent;
    int _isTried;

    /// <summary>Who uses it now; guarded by its keeper's lock.</summary>
    public int Uses { get; set; }

    /// <summary>When it was last taken or given back; guarded by its keeper's lock.</summary>
    public long LastUsed { get; set; }

    /// <exception cref="ConnectorException">The destination is silent, or what the step throws.</exception>
    public async Task<T> AskAsync<T>(FenceGate gate, Func<IFence, Task<T>> step, CancellationToken cancellationToken)
    {
        var silent = Volatile.Read(ref _silent);
        if (silent is not null && Interlocked.Exchange(ref _isTried, 1) == 1) throw new ConnectorException(silent);
        try
        {
            return await PassAsync(gate, step, cancellationToken);
        }
        finally
        {
            if (silent is not null) Volatile.Write(ref _isTried, 0);
        }
    }

    /// <summary>The destination was reached: whoever comes next need not wait for this one's end.</summary>
    public void Answered() => Volatile.Write(ref _silent, null);

    async Task<T> PassAsync<T>(FenceGate gate, Func<IFence, Task<T>> step, CancellationToken cancellationToken)
    {
        if (gate == FenceGate.None) return await HearAsync(step);
        var turns = gate == FenceGate.Forced ? _forced : _patient;
        if (!await turns.WaitAsync(gatePatience, cancellationToken)) throw Crowded();
        try
        {
            return await HearAsync(step);
        }
        finally
        {
            turns.Release();
        }
    }

    // Whoever says no is there: that is no silence which others are to be told of.
    async Task<T> HearAsync<T>(Func<IFence, Task<T>> step)
    {
        try
        {
            var result = await step(fence);
            Answered();
            return result;
        }
        catch (ConnectorException error)
        {
            Volatile.Write(ref _silent, Away.IsSilent(error.Problem) ? error.Problem : null);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await fence.DisposeAsync();
        _patient.Dispose();
        _forced.Dispose();
    }

    static ConnectorException Crowded() => new(new Problem
    {
        Code = "fence-crowded",
        Sentence = "So many fences are being moved at this destination that this one has to wait for its turn.",
        Retryable = true,
    });
}
