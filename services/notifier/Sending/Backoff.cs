namespace Headgate.Notifier.Sending;

/// <summary>How long to wait before the next try.</summary>
static class Backoff
{
    const int MostDoublings = 20;

    /// <param name="tries">Those that have failed so far, without this one.</param>
    /// <param name="first">Wait after the first.</param>
    /// <param name="most">The longest, jitter apart.</param>
    public static TimeSpan After(int tries, TimeSpan first, TimeSpan most)
    {
        var doubled = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(tries, MostDoublings)), most.TotalSeconds);
        // What failed together is not tried again together.
        return TimeSpan.FromSeconds(doubled * (0.75 + (Random.Shared.NextDouble() / 2)));
    }
}
