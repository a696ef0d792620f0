namespace Headgate.Crashes.Tests.Stops;

/// <summary>Which workers are in the midst of a batch, as their sessions at the destination show.</summary>
sealed class BatchesInHand(StopFixture fixture)
{
    /// <summary>Those who have written what they have not committed, nor said that they do.</summary>
    public async Task<IReadOnlyList<int>> OfWorkersAsync()
    {
        var ports = await fixture.Headgate.Destination.ScalarAsync<int[]>(
            """
            select coalesce(array_agg(client_port), '{}') from pg_stat_activity
            where datname = current_database() and application_name = 'headgate-destination'
                and backend_xid is not null and query not ilike 'commit%'
            """);
        var away = fixture.Outpost.PortsAtDestination;
        return [.. ports!.Select(port => away.Contains(port) ? 1 : 0).Distinct().Order()];
    }
}
