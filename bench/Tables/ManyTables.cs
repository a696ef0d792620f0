using Headgate.Bench.Stack;

namespace Headgate.Bench.Tables;

/// <summary>A schema of many small tables.</summary>
static class ManyTables
{
    public const string Schema = "many";
    public const string Prefix = "many.t";
    public const int Count = 3_000;
    public const int RowsEach = 20;

    // A statement locks all its tables and their indexes until it ends, and the server has room for so many locks.
    const int AtOnce = 250;

    public static async Task<EndState> FillAsync(Database source, CancellationToken cancellationToken)
    {
        await CreateAsync(source, cancellationToken);
        await InPartsAsync(
            source,
            $"""
             insert into {Prefix}%s select i, 'Name ' || i * %s, i / 4.0, i %% 2 = 0, timestamptz '2025-01-01 00:00:00Z' + i * interval '1 hour'
             from generate_series(1, {RowsEach}) i
             """,
            cancellationToken);
        await source.ExecuteAsync("vacuum (analyze)", cancellationToken);
        return (await StateAsync(source, cancellationToken))!;
    }

    static async Task CreateAsync(Database database, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync($"create schema {Schema}", cancellationToken);
        await InPartsAsync(
            database,
            $"create table {Prefix}%s (id bigint primary key, name text not null, price numeric, active boolean, at timestamptz)",
            cancellationToken);
    }

    public static async Task DropAsync(Database database, CancellationToken cancellationToken)
    {
        await InPartsAsync(database, $"drop table if exists {Prefix}%s", cancellationToken);
        await database.ExecuteAsync($"drop schema if exists {Schema} cascade", cancellationToken);
        // Or else the catalogs grow from round to round, and the later contender pays.
        await database.ExecuteAsync("vacuum (analyze)", cancellationToken);
    }

    /// <summary>The state of all tables together; null if there are none.</summary>
    public static async Task<EndState?> StateAsync(Database database, CancellationToken cancellationToken)
    {
        var (tables, rows, sum, keys) = (0L, 0L, 0m, 0L);
        for (var first = 1; first <= Count; first += AtOnce)
        {
            var present = await database.ListAsync(
                $"select i from generate_series({first}, {LastOf(first)}) i where to_regclass('{Prefix}' || i) is not null",
                row => row.GetInt32(0),
                cancellationToken);
            if (present.Count == 0) continue;
            var each = present.Select(i => $"select {i}, count(*), sum(hashtextextended({i} || t::text, 0)::numeric) from {Prefix}{i} t");
            var all = string.Join(" union all ", each);
            var part = (await database.ListAsync(
                $"select sum(n)::bigint, coalesce(sum(s), 0) from ({all}) x (i, n, s)",
                row => (Rows: row.GetInt64(0), Sum: row.GetDecimal(1)),
                cancellationToken)).Single();
            (tables, rows, sum) = (tables + present.Count, rows + part.Rows, sum + part.Sum);
        }

        if (tables == 0) return null;
        keys = await database.ScalarAsync<long>(
            $"""
             select count(*) from pg_index i join pg_class c on c.oid = i.indrelid
             join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
             where c.relnamespace = '{Schema}'::regnamespace and i.indisprimary and i.indnkeyatts = 1 and a.attname = 'id'
             """,
            cancellationToken);
        return new EndState($"{tables} tables, {rows} rows, sum {sum}", $"id of {keys} tables");
    }

    /// <param name="database">Where.</param>
    /// <param name="statement">For each table, as a format with the table's number in every place.</param>
    /// <param name="cancellationToken">Ends it between two parts.</param>
    static async Task InPartsAsync(Database database, string statement, CancellationToken cancellationToken)
    {
        var places = statement.Replace("%%", "", StringComparison.Ordinal).Split("%s").Length - 1;
        var numbers = string.Join(", ", Enumerable.Repeat("i", places));
        for (var first = 1; first <= Count; first += AtOnce)
        {
            await database.ExecuteAsync(
                $"do $do$ begin for i in {first}..{LastOf(first)} loop execute format($f${statement}$f$, {numbers}); end loop; end $do$",
                cancellationToken);
        }
    }

    static int LastOf(int first) => Math.Min(first + AtOnce - 1, Count);
}
