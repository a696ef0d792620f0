namespace Headgate.IngestWorker.Systems;

/// <summary>A system in use; disposing gives it back and leaves it open for the next.</summary>
sealed class Shared<T>(T value, Action release) : IDisposable
{
    Action? _release = release;

    public T Value { get; } = value;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
