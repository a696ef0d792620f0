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
        await using var proxy = Proxy();
        await using var fence = Fence(proxy);
        if (wasConnected) Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(_bench.Move(2, open: true), default));
        proxy.Freeze();

        await SaysSoSoonAsync(() => fence.MoveAsync(_bench.Move(3, open: false), default));
    }

    // Nobody looks before a ledger is read: there the time-outs alone keep it short.
    [Fact]
    public async Task A_ledger_at_a_destination_that_is_silent_is_not_waited_for()
    {
        await using var proxy = Proxy();
        await using var fence = Fence(proxy);
        proxy.Freeze();
        await SaysSoSoonAsync(() => fence.ReadLedgerAsync(_bench.Job.JobId, 1, default));
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
    public async Task Sessions_that_fell_silent_while_they_were_kept_cost_one_try_and_not_one_each()
    {
        await using var proxy = Proxy();
        await using var fence = Fence(proxy);
        await KeepThreeAsync(fence);
        proxy.FreezeOpen();
        await SaysSoSoonAsync(() => fence.MoveAsync(_bench.Move(2, open: false), default));

        Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(_bench.Move(2, open: false), default));
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

    // Three that ask at the same time have a session each, which is kept.
    async Task KeepThreeAsync(PostgresFence fence)
    {
        var (count, arrived) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Assert.ThrowsAsync<InvalidOperationException>(
            () => fence.MoveAsync(_bench.Move(2, open: true), ArriveAsync, default))));

        async Task ArriveAsync(DestinationIdentity identity)
        {
            if (Interlocked.Increment(ref count) == 3) arrived.SetResult();
            await arrived.Task;
            throw new InvalidOperationException("Not yet.");
        }
    }

    static async Task SaysSoSoonAsync(Func<Task> ask)
    {
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<ConnectorException>(ask);
        Assert.Equal(("unreachable", true), (error.Problem.Code, error.Problem.Retryable));
        Assert.True(clock.Elapsed < Soon, $"took {clock.Elapsed}");
    }

    FreezingProxy Proxy()
    {
        var server = new NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString);
        return new FreezingProxy(server.Host!, server.Port);
    }

    PostgresFence Fence(FreezingProxy proxy) =>
        new(new NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString);
}
