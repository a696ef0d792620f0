using System.Collections.Concurrent;

namespace Headgate.SagaRepository.Tests.Bus;

/// <summary>Collects what happens, and tells when enough has.</summary>
sealed class Signal<T>
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    readonly ConcurrentQueue<T> seen = new();
    readonly ConcurrentBag<(Func<IReadOnlyCollection<T>, bool> Enough, TaskCompletionSource Reached)> waits = [];

    public IReadOnlyCollection<T> Seen => seen;

    public void Add(T item)
    {
        seen.Enqueue(item);
        foreach (var (enough, reached) in waits)
        {
            if (!reached.Task.IsCompleted && enough(seen)) reached.TrySetResult();
        }
    }

    public Task CountAsync(int count) => WhenAsync(all => all.Count >= count);

    public async Task WhenAsync(Func<IReadOnlyCollection<T>, bool> enough)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waits.Add((enough, reached));
        if (enough(seen)) reached.TrySetResult();
        try
        {
            await reached.Task.WaitAsync(Patience);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"Only {seen.Count} of type {typeof(T).Name} were seen in {Patience}.", error);
        }
    }
}
