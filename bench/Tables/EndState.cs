using Headgate.Bench.Stack;

namespace Headgate.Bench.Tables;

/// <summary>A table's rows and primary key in a few words; equal words are equal tables.</summary>
sealed record EndState(string Rows, string Key)
{
    public static async Task<EndState?> OfAsync(Database database, string table, CancellationToken cancellationToken)
    {
        if (await database.ScalarAsync<string>($"select to_regclass('{table}')::text", cancellationToken) is null) return null;
        var rows = await database.ScalarAsync<string>(
            $"select count(*) || ' rows, sum ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {table} t", cancellationToken);
        var key = await database.ScalarAsync<string>(
            $"""
             select string_agg(a.attname, ', ' order by k.n) from pg_index i, unnest(i.indkey) with ordinality k (attnum, n)
             join pg_attribute a on a.attnum = k.attnum and a.attrelid = '{table}'::regclass where i.indrelid = '{table}'::regclass and i.indisprimary
             """,
            cancellationToken);
        return new EndState(rows!, key ?? "none");
    }

    /// <summary>What differs; null: nothing.</summary>
    public string? DifferenceFrom(EndState? found) =>
        found is null ? "the destination table is missing"
        : found.Rows != Rows ? $"the source has {Rows}, the destination {found.Rows}"
        : found.Key != Key ? $"the source's primary key is {Key}, the destination's {found.Key}"
        : null;
}
