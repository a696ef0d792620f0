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

        public NpgsqlConnection Reader { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Day = await BadDay.PrepareAsync(environment => environment["HEADGATE_COORDINATOR__STEPTRIES"] = "100");
            Planning = await LockAsync("locked", "access exclusive");
            // What locks readers out as well would keep the job from being planned.
            Loading = await LockAsync("locked_load", "share");
            Shaping = await LockAsync("locked_shape", "share", "alter table locked_shape drop column v");
            Reader = await OpenAsync("reader");
            await ExecuteAsync(Reader, "begin; select from locked_load");
        }

        public async Task DisposeAsync()
        {
            foreach (var locked in (Locked[])[Planning, Loading, Shaping]) await locked.Somebody.DisposeAsync();
            await Reader.DisposeAsync();
            await Day.DisposeAsync();
        }

        async Task<Locked> LockAsync(string table, string mode, string? alter = null)
        {
            var pipeline = await Day.PipelineAsync(table, megabytes: 2);
            if (alter is not null) await Day.Headgate.Destination.ExecuteAsync(alter);
            var somebody = await OpenAsync("somebody");
            await ExecuteAsync(somebody, $"begin; lock table {table} in {mode} mode");
            return new Locked(await Day.RunAsync(pipeline), table, somebody);
        }

        async Task<NpgsqlConnection> OpenAsync(string application)
        {
            var settings = new NpgsqlConnectionStringBuilder(Day.Headgate.Destination.ConnectionString);
            (settings.ApplicationName, settings.Pooling) = (application, false);
            var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync();
            return connection;
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
        var holder = $"backend {locked.Somebody.ProcessID} (somebody)";
        var said = await _day.WaitsForAsync(locked.Job, $"public.{locked.Table}", what, "waits for a lock", holder);
        Assert.DoesNotContain("(reader)", said, StringComparison.Ordinal);

        await locked.Somebody.CloseAsync();

        await _day.ExactAsync(locked.Job, locked.Table);
    }
}
