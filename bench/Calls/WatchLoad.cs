using System.Buffers;
using System.Diagnostics;
using System.Text;
using Npgsql;

namespace Headgate.Bench.Calls;

/// <summary>Many who watch, and changes made beside them in the same process, so that one clock times both.</summary>
sealed class WatchLoad(CallClient client, CallOrder order)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>As long as from one look for changes to the next: they are made at every moment of it alike.</summary>
    const int PaceMilliseconds = 200;

    readonly int[] _seen = new int[order.AtOnce];
    readonly Random _random = new(1);
    volatile Change _change = new(0, 0);

    public async Task<CallTally> RunAsync()
    {
        using var end = new CancellationTokenSource();
        var watchers = Enumerable.Range(0, order.AtOnce).Select(watcher => Task.Run(() => WatchAsync(watcher, end.Token))).ToList();
        await using var connection = new NpgsqlConnection(order.State);
        await connection.OpenAsync(end.Token);
        // Until all are there; and whatever takes longer the first time.
        for (var warm = 0; warm < 5; warm++) await ChangeAsync(connection, watchers);
        var taken = new List<double>();
        while (taken.Count < order.Changes)
        {
            await Task.Delay(PaceMilliseconds + _random.Next(PaceMilliseconds), end.Token);
            taken.Add(await ChangeAsync(connection, watchers));
        }

        await end.CancelAsync();
        await Task.WhenAll(watchers);
        return new CallTally(taken.Count, 1, taken, 0);
    }

    /// <summary>Milliseconds from before the change is sent to the database until the last watcher has seen it.</summary>
    async Task<double> ChangeAsync(NpgsqlConnection connection, IReadOnlyList<Task> watchers)
    {
        var change = _change = new Change(_change.Number + 1, order.AtOnce);
        await using var command = new NpgsqlCommand("update coordinator.sync_job set waiting_for = $1 where job_id = $2", connection)
        {
            Parameters = { new() { Value = change.Text }, new() { Value = order.Job } },
        };
        var began = Stopwatch.GetTimestamp();
        await command.ExecuteNonQueryAsync();
        if (await Task.WhenAny([change.LastAsync, .. watchers]).WaitAsync(Patience) is var first && first != change.LastAsync) await first;
        return Stopwatch.GetElapsedTime(began, await change.LastAsync).TotalMilliseconds;
    }

    async Task WatchAsync(int watcher, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(watcher, isStream: true, cancellationToken);
            await foreach (var message in Envelopes.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken))
            {
                var change = _change;
                if (_seen[watcher] == change.Number || message.ToArray().AsSpan().IndexOf(change.Bytes) < 0) continue;
                _seen[watcher] = change.Number;
                change.See();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Enough is seen.
        }
    }

    sealed class Change(int number, int watchers)
    {
        readonly TaskCompletionSource<long> _last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _left = watchers;

        public int Number => number;

        public string Text { get; } = $"change {number}.";

        public byte[] Bytes { get; } = Encoding.UTF8.GetBytes($"change {number}.");

        public Task<long> LastAsync => _last.Task;

        public void See()
        {
            if (Interlocked.Decrement(ref _left) == 0) _last.SetResult(Stopwatch.GetTimestamp());
        }
    }
}
