using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Fencing;

/// <summary>Whom a move by force ends, and what a graceful one tells of those it waits for.</summary>
public sealed class LockHolderTests : IAsyncLifetime
{
    LoadBench _bench = null!;

    public async Task InitializeAsync() => _bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text)");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("SELECT pg_sleep(600)")]
    [InlineData("UPDATE items SET note = 'mine'")]
    public async Task Force_ends_a_holder_whatever_it_is_in_the_midst_of(string statement)
    {
        await _bench.Database.ExecuteAsync("INSERT INTO items VALUES (1, 'as it was')");
        await using var other = await _bench.Database.DataSource.OpenConnectionAsync();
        await using var locked = await other.BeginTransactionAsync();
        await Sql.RunAsync(other, "SELECT FROM items FOR UPDATE");
        await using var holder = await HoldAsync(_bench.Job.PipelineId);
        var backend = holder.ProcessID;
        var running = statement == "SELECT 1" ? Task.CompletedTask : Sql.RunAsync(holder, statement);
        if (statement != "SELECT 1")
        {
            await BlockedSessions.UntilAsync(_bench.Database,
                $"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {backend} AND state = 'active' AND wait_event IS NOT NULL)");
        }

        Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(2, open: false, force: true), default));

        await BlockedSessions.UntilAsync(_bench.Database, $"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {backend})");
        if (statement != "SELECT 1") await Assert.ThrowsAnyAsync<NpgsqlException>(() => running);
        await locked.CommitAsync();
        Assert.Equal("as it was", await _bench.Database.ScalarAsync<string>("SELECT note FROM items"));
    }

    [Fact]
    public async Task Force_ends_nobody_who_holds_another_pipelines_lock()
    {
        await using var holder = await HoldAsync(_bench.Job.PipelineId);
        await using var other = await HoldAsync(Guid.NewGuid());

        Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(_bench.Move(2, open: false, force: true), default));

        await Sql.RunAsync(other, "SELECT 1");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Sql.RunAsync(holder, "SELECT 1"));
    }

    [Fact]
    public async Task A_holder_is_told_by_backend_application_state_and_time_and_never_by_what_it_runs()
    {
        await using var holder = await HoldAsync(_bench.Job.PipelineId);
        await Sql.RunAsync(holder, "SELECT 'planted-value'");

        var held = Assert.IsType<FenceMoveResult.Held>(
            await _bench.Fence.MoveAsync(_bench.Move(2, open: false) with { Patience = TimeSpan.FromMilliseconds(50) }, default));

        Assert.Matches($@"backend {holder.ProcessID} \(.*\), idle in transaction, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC", held.Waiting);
        Assert.DoesNotContain("planted-value", held.Waiting, StringComparison.Ordinal);
    }

    async Task<NpgsqlConnection> HoldAsync(Guid pipeline)
    {
        var settings = new NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString) { ApplicationName = "a-writer", Pooling = false };
        var session = new NpgsqlConnection(settings.ConnectionString);
        await session.OpenAsync();
        await Sql.RunAsync(session, $"BEGIN; SELECT pg_advisory_xact_lock_shared({LockClass.Pipeline}, {LockKey.Of(pipeline)})");
        return session;
    }
}
