using System.Diagnostics;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>When batches were written, and how large they were.</summary>
sealed class BatchRecord
{
    readonly List<(int Rows, long At)> _batches = [];
    readonly SemaphoreSlim _more = new(0);

    public IReadOnlyList<(int Rows, long At)> Taken
    {
        get { lock (_batches) return [.. _batches]; }
    }

    public void Add(int rows)
    {
        lock (_batches) _batches.Add((rows, Stopwatch.GetTimestamp()));
        _more.Release();
    }

    /// <summary>Until so many were written.</summary>
    public async Task CountAsync(int batches)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Taken.Count < batches) await _more.WaitAsync(patience.Token);
    }

    /// <summary>Those that began after a moment, and how long after it the first and the last of them did.</summary>
    public (IReadOnlyList<(int Rows, long At)> Batches, TimeSpan First, TimeSpan Last) Since(long moment)
    {
        var after = Taken.Where(batch => batch.At > moment).ToList();
        return (after, Stopwatch.GetElapsedTime(moment, after[0].At), Stopwatch.GetElapsedTime(moment, after[^1].At));
    }
}
