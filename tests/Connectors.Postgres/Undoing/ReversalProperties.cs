using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class ReversalProperties
{
    const int Cases = 40;

    /// <summary>
    /// Whatever the table, the job's attempts and segments, broken transactions and what others do beside it: the log played backwards gives the table
    /// before the job, and so does a rollback; and that rolled back gives the table as the job left it. A failure prints the case, made small, and the seed.
    /// </summary>
    [Fact]
    public async Task The_log_played_backwards_and_a_rollback_both_give_the_table_before_the_job()
    {
        await using var bench = await UndoBench.StartAsync("SELECT 1");
        await Task.Run(() => Prop.ForAll(Arb.From(RandomTables.All), table => Check(bench, table)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases)));
    }

    // The library calls its properties one after the other.
    static void Check(UndoBench bench, RandomTable table) => new RandomRun(bench, table).CheckAsync().GetAwaiter().GetResult();
}
