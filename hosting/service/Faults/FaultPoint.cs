using System.Globalization;

namespace Headgate.Hosting.Faults;

/// <summary>
/// Lets a test halt a process exactly between two steps, to kill it there. Has no effect unless HEADGATE_HALT_AT is set; see
/// docs/adr/0007-fault-points.md.
/// </summary>
public static class FaultPoint
{
    static readonly Orders? Given = Environment.GetEnvironmentVariable("HEADGATE_HALT_AT") is { Length: > 0 } file ? new Orders(file) : null;

    /// <summary>Whether this process may be told to halt: where a point costs something by itself, it is left out otherwise.</summary>
    public static bool IsSet => Given is not null;

    /// <summary>
    /// Marks a point. In the process that is to halt here, the flow that reaches it, for the counted time, says so in one line on
    /// standard output and never goes on; all other flows do.
    /// </summary>
    /// <param name="point">One of <see cref="FaultPoints"/>.</param>
    /// <param name="what">What it is about, where the same point is reached for several things: a message's type.</param>
    public static Task ReachedAsync(string point, string? what = null) =>
        Given?.HaltHere(point, what) is { } where ? ForeverAsync(where) : Task.CompletedTask;

    static async Task ForeverAsync(string where)
    {
        await Console.Out.WriteLineAsync($"halted at {where}");
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    /// <summary>The file in which a test says where to halt: name, name/what, and either with #n for the n-th time from then on.</summary>
    sealed class Orders(string file)
    {
        readonly Lock _lock = new();
        string _order = "";
        int _times;

        /// <summary>Where to halt, if it is here and now.</summary>
        public string? HaltHere(string point, string? what)
        {
            lock (_lock)
            {
                var order = File.Exists(file) ? File.ReadAllText(file) : "";
                if (order != _order) (_order, _times) = (order, 0);
                var (where, time) = order.Split('#') is [var before, var count] && int.TryParse(count, CultureInfo.InvariantCulture, out var number)
                    ? (before, number)
                    : (order, 1);
                return (where == point || (what is not null && where == $"{point}/{what}")) && ++_times == time ? where : null;
            }
        }
    }
}
