using Headgate.Tests.Servers;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

/// <summary>Signals from pg_locks: tests wait for what a session is doing, not for time to pass.</summary>
static class BlockedSessions
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Returns once a session of the application waits for a lock.</summary>
    public static Task WaitAsync(TestDatabase database, string application) => UntilAsync(database, $"""
        SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                       WHERE NOT l.granted AND a.application_name = '{application}' AND a.datname = current_database())
        """);

    public static async Task UntilAsync(TestDatabase database, string condition)
    {
        using var stop = new CancellationTokenSource(Patience);
        while (!await database.ScalarAsync<bool>(condition))
        {
            Assert.False(stop.IsCancellationRequested, $"Did not come true: {condition}");
            await Task.Yield();
        }
    }
}
