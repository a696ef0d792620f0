namespace Headgate.PrivateServers.Processes;

internal static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again until the answer is true. False when the deadline passed first.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
                return false;
            await Task.Delay(Interval, cancellationToken);
        }

        return true;
    }

    public static Task<bool> UntilAsync(Func<bool> condition, TimeSpan deadline, CancellationToken cancellationToken = default)
        => UntilAsync(() => Task.FromResult(condition()), deadline, cancellationToken);
}
