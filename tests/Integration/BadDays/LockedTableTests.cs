using Npgsql;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>Somebody holds a lock on the destination's table for longer than the job waits for it at once.</summary>
public sealed class LockedTableTests(LockedTableTests.Fixture fixture) : IClassFixture<LockedTableTests.Fixture>
{
    readonly BadDay _day = fixture.Day;

    /// <summary>All wait at the same time, some of them most of a minute.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public BadDay Day { get; private set; } = null!;

        public Locked Planning { get; private set; } = null!;

        public Locked Loading { get; private set; } = null!;

        public Locked Shaping { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Day = await BadDay.PrepareAsync(environment => environment["HEADGATE_COORDINATOR__STEPTRIES"] = "100");
            Planning = await LockAsync("locked", "access exclusive");
            Loading = await LockAsync("locked_load", "share");
            await UpgradeAsync(Loading, "Loading");
            Shaping = await LockAsync("locked_shape", "share", "alter table locked_shape drop column v");
            await UpgradeAsync(Shaping, "Shaping");
        }

        public async Task DisposeAsync()
        {
            foreach (var locked in (Locked[])[Planning, Loading, Shaping]) await locked.Somebody.DisposeAsync();
            await Day.DisposeAsync();
        }

        async Task<Locked> LockAsync(string table, string mode, string? alter = null)
        {
            var pipeline = await Day.PipelineAsync(table, megabytes: 2);
            if (alter is not null) await Day.Headgate.Destination.ExecuteAsync(alter);
            var somebody = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(Day.Headgate.Destination.ConnectionString) { ApplicationName = "somebody", Pooling = false }.ConnectionString);
            await somebody.OpenAsync();
            await ExecuteAsync(somebody, $"begin; lock table {table} in {mode} mode");
            return new Locked(await Day.RunAsync(pipeline), table, somebody);
        }

        /// <summary>Once the job has been planned: what locks readers out as well would have kept it from that.</summary>
        async Task UpgradeAsync(Locked locked, string phase)
        {
            await Installation.EventuallyAsync(
                async () => await Day.Headgate.State.ScalarAsync<string>($"select phase from coordinator.sync_job where job_id = '{locked.Job}'") == phase,
                () => Task.FromResult($"the job does not come to {phase}\n{Day.Headgate.Output}"));
            await ExecuteAsync(locked.Somebody, $"lock table {locked.Table} in access exclusive mode");
        }

        static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public sealed record Locked(Guid Job, string Table, NpgsqlConnection Somebody);

    [Fact]
    public Task Planning_waits_and_names_who_holds_the_table() => WaitsAsync(fixture.Planning, "planning");

    [Fact]
    public Task Batch_waits_and_names_who_holds_the_table() => WaitsAsync(fixture.Loading, "a batch");

    [Fact]
    public Task Schema_change_waits_and_names_who_holds_the_table() => WaitsAsync(fixture.Shaping, "Adds column");

    async Task WaitsAsync(Locked locked, string what)
    {
        var holder = await _day.Headgate.Destination.ScalarAsync<int>(
            $"select pid from pg_locks where relation = '{locked.Table}'::regclass and mode = 'AccessExclusiveLock' and granted");
        await _day.WaitsForAsync(locked.Job, $"public.{locked.Table}", what, "waits for a lock", $"backend {holder} (somebody)");

        await locked.Somebody.CloseAsync();

        await _day.ExactAsync(locked.Job, locked.Table);
    }
}
