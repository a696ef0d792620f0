using Headgate.Connectors.Postgres.Destinations;
using Headgate.Tests.Servers;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class TableLocksTests
{
    /// <summary>It has no backend: pg_locks shows no process.</summary>
    [Fact]
    public async Task A_prepared_transaction_is_a_holder_too()
    {
        await using var database = await TestDatabase.CreateAsync("locks");
        await database.ExecuteAsync("create table t (id int)");
        await database.ExecuteAsync("begin; lock table t in share mode; prepare transaction 'somebody'");
        try
        {
            var error = await TableLocks.WaitingForAsync(database.DataSource, ["public.t"], "a batch", TableLocks.AgainstWriters, default);

            Assert.True(error.Problem.Retryable);
            Assert.Equal("Object public.t: a batch waits for a lock that is held by a prepared transaction.", error.Problem.Sentence);
        }
        finally
        {
            await database.ExecuteAsync("rollback prepared 'somebody'");
        }
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_the_lock_is_still_what_is_waited_for()
    {
        await using var database = await TestDatabase.CreateAsync("locks");
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, Timeout = 1 };
        await using var pool = Npgsql.NpgsqlDataSource.Create(settings.ConnectionString);
        await using var only = await pool.OpenConnectionAsync();

        var error = await TableLocks.WaitingForAsync(pool, ["public.t"], "a batch", TableLocks.AgainstWriters, default);

        Assert.Equal(("lock-timeout", true), (error.Problem.Code, error.Problem.Retryable));
    }
}
