using Headgate.Hosting.Configuration;
using Headgate.Scheduler.State;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Scheduler.Tests.State;

/// <summary>What a scheduler has locked that stands still.</summary>
public sealed class FrozenSchedulerTests
{
    [Fact]
    public async Task Locks_of_a_transaction_that_does_nothing_end_within_20_seconds()
    {
        await using var database = await TestDatabase.CreateAsync("frozen");
        await using var state = new SchedulerState(SchedulerService.StateOf(new ServiceSettings { State = database.ConnectionString, Staging = "" }).ConnectionString);
        await using var connection = await state.Source.OpenConnectionAsync();
        await using (var asked = new NpgsqlCommand("show idle_in_transaction_session_timeout", connection)) Assert.Equal("20s", await asked.ExecuteScalarAsync());

        // The same in a shorter time.
        await using (var shorter = new NpgsqlCommand("set idle_in_transaction_session_timeout = 100", connection)) await shorter.ExecuteNonQueryAsync();
        await database.ExecuteAsync("create table pipeline (id int primary key); insert into pipeline values (1)");
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("select from pipeline for update", connection)) await locking.ExecuteNonQueryAsync();

        await database.ExecuteAsync("set lock_timeout = '20s'; update pipeline set id = 2");
    }
}
