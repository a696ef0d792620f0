using Headgate.Bench.Stack;

namespace Headgate.Bench.Tables;

/// <summary>The large table: 12 columns of the usual types, about 155 bytes a row, some of them null. The same rows in every run.</summary>
static class RecordsTable
{
    public const string Key = "id";

    /// <summary>The columns besides the key, in order.</summary>
    public static IReadOnlyList<string> Others { get; } =
    [
        "external_id", "email", "full_name", "company", "city", "amount", "score", "active", "attributes", "created_at", "updated_at",
    ];

    const string Columns = """
        id bigint not null, external_id uuid not null, email text not null, full_name text, company text, city text, amount numeric(12,2),
        score double precision, active boolean not null, attributes jsonb, created_at timestamptz not null, updated_at timestamptz not null
        """;

    /// <summary>The same rows before each of them was changed in three columns.</summary>
    public static string Before(string table) => $"""
        select id, external_id, email, full_name, company, coalesce(city, '') || '*', coalesce(amount, 0) + 1, score, active, attributes, created_at,
               updated_at - interval '1 day' from {table}
        """;

    public static string Create(string table, bool withKey = true) => $"create table {table} ({Columns}{(withKey ? ", primary key (id)" : "")})";

    /// <summary>Makes and fills it, once, and leaves it as a table that has been there for a while.</summary>
    public static async Task FillAsync(Database database, string table, long rows, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(Create(table, withKey: false), cancellationToken);
        await database.ExecuteAsync($"insert into {table} {Rows(rows)}", cancellationToken);
        await database.ExecuteAsync($"alter table {table} add primary key (id)", cancellationToken);
        await database.ExecuteAsync($"vacuum (freeze, analyze) {table}", cancellationToken);
    }

    static string Rows(long rows) => $"""
        select i, md5(i::text)::uuid, 'mail' || i || '@' || i % 997 || '.org', initcap(substr(md5(i::text), 1, 8)),
               case when i % 3 > 0 then 'Co. ' || i % 50021 end, case when i % 5 > 0 then 'City ' || i % 3001 end,
               case when i % 10 > 0 then ((i * 7919) % 10000000)::numeric / 100 end, case when i % 4 > 0 then (i * 31 % 100003) / 1000.0 end,
               i % 4 > 0, case when i % 2 = 0 then jsonb_build_object('tier', i % 5) end,
               timestamptz '2024-01-01 00:00:00Z' + i % 31536000 * interval '1 second',
               timestamptz '2025-01-01 00:00:00Z' + i % 7776000 * interval '1 second'
        from generate_series(1::bigint, {rows}) i
        """;
}
