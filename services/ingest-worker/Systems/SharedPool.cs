namespace Headgate.IngestWorker.Systems;

/// <summary>Keeps opened systems for all steps that use the same one, and closes those that nobody used for a while.</summary>
sealed class SharedPool<T> : IAsyncDisposable
    where T : IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<(string Connector, string Connection), Entry> _entries = [];
    readonly TimeProvider _time;
    readonly TimeSpan _idle;
    readonly ITimer _sweep;

    public SharedPool(TimeSpan idle, TimeProvider time)
    {
        _time = time;
        _idle = idle;
        _sweep = time.CreateTimer(_ => _ = CloseAsync(TakeIdle()), state: null, idle, idle / 5);
    }

    public Shared<T> Take(string connector, string connection, Func<string, T> open)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((connector, connection), out var entry))
                _entries[(connector, connection)] = entry = new Entry(open(connection));
            entry.Users++;
            return new Shared<T>(entry.Value, () => GiveBack(entry));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        List<T> all;
        lock (_gate)
        {
            all = [.. _entries.Values.Select(entry => entry.Value)];
            _entries.Clear();
        }

        await CloseAsync(all);
    }

    void GiveBack(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            entry.UnusedSince = _time.GetTimestamp();
        }
    }

    List<T> TakeIdle()
    {
        lock (_gate)
        {
            var idle = _entries.Where(entry => entry.Value.Users == 0 && _time.GetElapsedTime(entry.Value.UnusedSince) >= _idle).ToList();
            foreach (var entry in idle) _entries.Remove(entry.Key);
            return [.. idle.Select(entry => entry.Value.Value)];
        }
    }

    static async Task CloseAsync(IEnumerable<T> values)
    {
        foreach (var value in values) await value.DisposeAsync();
    }

    sealed class Entry(T value)
    {
        public T Value { get; } = value;

        public int Users { get; set; }

        public long UnusedSince { get; set; }
    }
}
