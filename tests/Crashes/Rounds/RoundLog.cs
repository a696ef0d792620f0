using System.Collections.Concurrent;
using System.Diagnostics;

namespace Headgate.Crashes.Tests.Rounds;

/// <summary>What was done in a round, and when.</summary>
sealed class RoundLog
{
    readonly ConcurrentQueue<string> _lines = new();
    readonly Stopwatch _watch = Stopwatch.StartNew();

    public void Note(string what) => _lines.Enqueue($"{_watch.Elapsed.TotalSeconds,6:0.00} {what}");

    public override string ToString() => string.Join('\n', _lines);
}
