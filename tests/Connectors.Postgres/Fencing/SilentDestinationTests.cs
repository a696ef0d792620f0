using System.Diagnostics;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Connectors.Postgres.Tests.Sources;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Fencing;

/// <summary>Destinations that take connections, or have taken them, and do not answer.</summary>
public sealed class SilentDestinationTests : IAsyncLifetime
{
    // Of a move that is asked for every few seconds; the time-outs are 3 s.
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    LoadBench _bench = null!;

    public async Task InitializeAsync() => _bench = await LoadBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_move_at_a_destination_that_falls_silent_says_so_soon(bool wasConnected)
    {
        var server = new NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString);
        await using var proxy = new FreezingProxy(server.Host!, server.Port);
        (server.Host, server.Port) = ("127.0.0.1", proxy.Port);
        await using var fence = new PostgresFence(server.ConnectionString);
        if (wasConnected) Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(_bench.Move(2, open: true), default));
        proxy.Freeze();

        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<ConnectorException>(() => fence.MoveAsync(_bench.Move(3, open: false), default));

        Assert.Equal(("unreachable", true), (error.Problem.Code, error.Problem.Retryable));
        Assert.True(clock.Elapsed < Soon, $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task Sessions_that_were_ended_while_they_were_kept_cost_no_try()
    {
        await _bench.MoveAsync(2, open: true);
        await _bench.Database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'headgate-fence' AND datname = current_database()");

        Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(3, open: false), default));
    }

    [Fact]
    public async Task Sessions_that_began_while_the_database_took_no_writes_are_not_kept()
    {
        await _bench.Database.ExecuteAsync($"ALTER DATABASE \"{_bench.Database.Name}\" SET default_transaction_read_only = on");
        await using var fence = new PostgresFence(_bench.Database.ConnectionString);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => fence.MoveAsync(_bench.Move(2, open: false), default));
        await _bench.Database.ExecuteAsync(
            $"SET default_transaction_read_only = off; ALTER DATABASE \"{_bench.Database.Name}\" RESET default_transaction_read_only");

        Assert.Equal("read-only", error.Problem.Code);
        Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(_bench.Move(2, open: false), default));
    }

    [Fact]
    public async Task Whoever_asks_can_refuse_a_destination_before_anything_is_changed_there()
    {
        DestinationIdentity? found = null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => _bench.Fence.MoveAsync(_bench.Move(2, open: false), identity =>
        {
            found = identity;
            throw new InvalidOperationException("Not this one.");
        }, default));

        Assert.Equal(await _bench.Fence.IdentifyAsync(default), found);
        Assert.Equal(await _bench.Database.ScalarAsync<string>("SELECT timeline FROM headgate.fence"), found!.History);
        Assert.True(await _bench.Database.ScalarAsync<bool>("SELECT open AND epoch = 1 FROM headgate.fence"));
    }
}
