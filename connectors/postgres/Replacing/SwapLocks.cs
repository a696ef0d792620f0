using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>
/// The locks of a swap. With the foreign keys that are dropped go locks of the tables that they refer to. Those are had first, as far as
/// the role may lock them: whoever reads one of them for long is to keep no reader of the table itself waiting.
/// </summary>
sealed class SwapLocks(ObjectPlan plan)
{
    /// <summary>The tables of which one is being waited for.</summary>
    public string[] Wanted { get; private set; } = [plan.Replaces!];

    public async Task TakeAsync(FencedTransaction transaction, CancellationToken cancellationToken)
    {
        var parents = await ParentsAsync(transaction, cancellationToken);
        foreach (var table in (string[])[.. parents.Where(p => p.CanLock).Select(p => p.Name), plan.Replaces!, plan.To])
        {
            Wanted = [table];
            await transaction.ExecuteAsync($"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", cancellationToken);
        }

        Wanted = [.. parents.Where(p => !p.CanLock).Select(p => p.Name), plan.Replaces!];
    }

    async Task<IReadOnlyList<(string Name, bool CanLock)>> ParentsAsync(FencedTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT DISTINCT confrelid::pg_catalog.regclass::text, pg_catalog.has_table_privilege(confrelid, 'UPDATE, DELETE, TRUNCATE')
            FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass($1) AND contype = 'f' AND confrelid <> conrelid ORDER BY 1
            """, new NpgsqlParameter<string> { TypedValue = plan.Replaces! });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var parents = new List<(string, bool)>();
        while (await row.ReadAsync(cancellationToken)) parents.Add((row.GetString(0), row.GetBoolean(1)));
        return parents;
    }
}
