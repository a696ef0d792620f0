using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;
using Npgsql;

namespace Headgate.Bench.Peers;

/// <summary>The initial copy of a subscription, until the table is in step. Its time begins with the slot.</summary>
sealed class LogicalReplication(Installation installation, string table, EndState expected)
    : TableContender(Contenders.LogicalReplication, installation.Peer, table, expected)
{
    const string Slot = "headgate_bench";
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await base.PrepareAsync(cancellationToken);
        await Destination.ExecuteAsync(RecordsTable.Create(Table), cancellationToken);
        await installation.Source.ExecuteAsync($"create publication {Slot} for table {Table}", cancellationToken);
    }

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        // Both databases are of one server: a subscription that made its slot itself would wait for its own transaction.
        await installation.Source.ExecuteAsync($"select pg_create_logical_replication_slot('{Slot}', 'pgoutput')", cancellationToken);
        await Destination.ExecuteAsync(
            $"create subscription {Slot} connection '{installation.Source.Libpq}' publication {Slot} with (create_slot = false, slot_name = '{Slot}')",
            cancellationToken);
        await InStepAsync("('r', 's')", cancellationToken);
        return new Measure(watch.Elapsed.TotalSeconds);
    }

    public override async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        if (await Destination.ScalarAsync<bool>($"select exists (select from pg_subscription where subname = '{Slot}')", cancellationToken))
        {
            await Destination.ExecuteAsync($"alter subscription {Slot} disable", cancellationToken);
            await Destination.ExecuteAsync($"alter subscription {Slot} set (slot_name = none)", cancellationToken);
            await Destination.ExecuteAsync($"drop subscription {Slot}", cancellationToken);
        }

        await DropSlotsAsync(cancellationToken);
        await installation.Source.ExecuteAsync($"drop publication if exists {Slot}", cancellationToken);
        await base.CleanUpAsync(cancellationToken);
    }

    async Task InStepAsync(string states, CancellationToken cancellationToken)
    {
        var query = $"select count(*) > 0 and bool_and(srsubstate in {states}) from pg_subscription_rel";
        while (!await Destination.ScalarAsync<bool>(query, cancellationToken)) await Task.Delay(Glance, cancellationToken);
    }

    /// <summary>Its own, and the one of a table's copy that was ended in the middle; each is busy until its sender has noticed.</summary>
    async Task DropSlotsAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (await installation.Source.ScalarAsync<long>("select count(*) from pg_replication_slots", cancellationToken) > 0)
        {
            try
            {
                await installation.Source.ExecuteAsync(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active", cancellationToken);
            }
            catch (PostgresException) when (watch.Elapsed < Patience)
            {
                // Taken or dropped by its own process between the look and the drop.
            }

            if (watch.Elapsed > Patience) throw new BenchException("A replication slot stays busy.");
            await Task.Delay(Glance, cancellationToken);
        }
    }
}
