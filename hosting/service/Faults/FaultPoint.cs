using System.Globalization;

namespace Headgate.Hosting.Faults;

/// <summary>
/// Lets a test halt a process exactly between two steps, to kill it there. Has no effect unless HEADGATE_HALT_AT is set; see
/// docs/adr/0007-fault-points.md.
/// </summary>
public static class FaultPoint
{
    static readonly Halt? Wanted = Halt.Parse(Environment.GetEnvironmentVariable("HEADGATE_HALT_AT"));

    /// <summary>Whether this process is to halt somewhere: where a point costs something by itself, it is left out otherwise.</summary>
    public static bool IsSet => Wanted is not null;

    /// <summary>
    /// Marks a point. In the process that is to halt here, the flow that reaches it, for the counted time, says so in one line on
    /// standard output and never goes on; all other flows do.
    /// </summary>
    /// <param name="point">One of <see cref="FaultPoints"/>.</param>
    /// <param name="what">What it is about, where the same point is reached for several things: a message's type.</param>
    public static Task ReachedAsync(string point, string? what = null) =>
        Wanted is null || !Wanted.IsHere(point, what) ? Task.CompletedTask : Wanted.ForeverAsync();

    sealed class Halt(string where, int time)
    {
        int _times;

        /// <summary>name, name/what, and either with #n for the n-th time.</summary>
        public static Halt? Parse(string? wanted)
        {
            if (string.IsNullOrEmpty(wanted)) return null;
            var (name, count) = wanted.Split('#') is [var before, var after] ? (before, after) : (wanted, "1");
            return new Halt(name, int.Parse(count, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        public bool IsHere(string point, string? what) =>
            (where == point || (what is not null && where == $"{point}/{what}")) && Interlocked.Increment(ref _times) == time;

        public async Task ForeverAsync()
        {
            await Console.Out.WriteLineAsync($"halted at {where}");
            await Task.Delay(Timeout.InfiniteTimeSpan);
        }
    }
}
