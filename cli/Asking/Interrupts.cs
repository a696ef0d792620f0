using System.Runtime.InteropServices;

namespace Headgate.Cli.Asking;

/// <summary>Ctrl-C: the first one is answered by whoever listens, or leaves; the second one leaves at once.</summary>
sealed class Interrupts : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly PosixSignalRegistration[] _signals;
    TaskCompletionSource? _listener;
    int _presses;

    public Interrupts() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate),
    ];

    public CancellationToken Token => _stop.Token;

    /// <summary>Completes with the next Ctrl-C, which is a first one and does not end anything by itself.</summary>
    public Task NextAsync()
    {
        var listener = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _listener, listener);
        Interlocked.Exchange(ref _presses, 0);
        return listener.Task;
    }

    /// <summary>Nobody listens any more: the next Ctrl-C leaves.</summary>
    public void Unheard()
    {
        Volatile.Write(ref _listener, null);
        Interlocked.Exchange(ref _presses, 0);
    }

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _stop.Dispose();
    }

    void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _presses) > 1) Environment.Exit(ExitCode.Refused);
        if (Interlocked.Exchange(ref _listener, null) is { } listener) listener.SetResult();
        else _stop.Cancel();
    }

    void OnTerminate(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }
}
