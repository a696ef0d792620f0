using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class LostSessionsTests : IAsyncLifetime
{
    LoadBench _bench = null!;

    public async Task InitializeAsync() => _bench = await LoadBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task A_segment_in_hand_stays_the_finding_where_no_session_is_free_to_look_for_lost_ones()
    {
        var settings = new NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString) { MaxPoolSize = 1, Timeout = 1 };
        await using var one = NpgsqlDataSource.Create(settings);
        var inHand = new NpgsqlBatchCommand("DO $$ BEGIN RAISE lock_not_available; END $$");

        await using var refused = await FencedTransaction.BeginAsync(one, _bench.Job, [inHand], _ => Task.CompletedTask, default);

        Assert.Equal(SkipReason.InHand, refused.Refused);
    }
}
