using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>What is changed on a table while the one that takes its place is loaded.</summary>
public sealed class SincePlannedTests : SwapTest
{
    static readonly (string Change, string Named, string Undo)[] Changes =
    [
        ("ALTER TABLE items ADD CONSTRAINT kind FOREIGN KEY (id) REFERENCES kinds", "foreign key \"kind\"", "ALTER TABLE items DROP CONSTRAINT kind"),
        ("ALTER TABLE items ADD CONSTRAINT positive CHECK (id > 0)", "check \"positive\"", "ALTER TABLE items DROP CONSTRAINT positive"),
        ("CREATE UNIQUE INDEX once ON items (id, name)", "index \"once\"", "DROP INDEX once"),
        ("DROP INDEX by_gone", "index \"by_gone\"", "CREATE INDEX by_gone ON items (gone)"),
        ("ALTER TABLE items ADD note text", "column \"note\"", "ALTER TABLE items DROP note"),
        ("ALTER TABLE items ALTER name DROP NOT NULL", "column \"name\"", "ALTER TABLE items ALTER name SET NOT NULL"),
        ("ALTER TABLE items ALTER name SET DEFAULT 'y'", "column \"name\"", "ALTER TABLE items ALTER name SET DEFAULT 'x'"),
    ];

    [Fact]
    public async Task What_of_the_old_table_has_changed_since_is_not_lost_unseen()
    {
        await Bench.Database.ExecuteAsync("CREATE TABLE kinds (id int PRIMARY KEY); INSERT INTO kinds SELECT generate_series(1, 100)");
        var plan = await LoadedAsync();
        foreach (var (change, named, undo) in Changes)
        {
            await Bench.Database.ExecuteAsync(change);
            var error = await Assert.ThrowsAsync<ConnectorException>(() => SwapAsync(plan));
            Assert.Equal("cannot-replace", error.Problem.Code);
            Assert.Contains($": {named}. Restart", error.Message, StringComparison.Ordinal);
            await Bench.Database.ExecuteAsync(undo);
        }

        await SwapAsync(plan);
    }

    [Fact]
    public async Task Who_may_do_what_is_as_the_old_table_has_it_in_the_moment_of_the_swap()
    {
        var plan = await LoadedAsync();
        await Bench.Database.ExecuteAsync("""
            REVOKE SELECT ON items FROM PUBLIC; REVOKE UPDATE (name) ON items FROM pg_monitor; GRANT DELETE ON items TO pg_monitor;
            GRANT SELECT (id) ON items TO pg_monitor; ALTER TABLE items OWNER TO pg_signal_backend; COMMENT ON TABLE items IS 'theirs'
            """);
        await SwapAsync(plan);
        Assert.Equal(["(pg_signal_backend,theirs,100)"], await Bench.RowsAsync("""
            SELECT pg_get_userbyid(relowner), obj_description(oid, 'pg_class'), (SELECT count(*) FROM items)
            FROM pg_class WHERE oid = 'items'::regclass
            """));
        Assert.Equal(["(f,t,f,t,t)"], await Bench.RowsAsync("""
            SELECT has_table_privilege('pg_monitor', 'items', 'SELECT'), has_table_privilege('pg_monitor', 'items', 'INSERT'),
                   has_column_privilege('pg_monitor', 'items', 'name', 'UPDATE'), has_table_privilege('pg_monitor', 'items', 'DELETE'),
                   has_column_privilege('pg_monitor', 'items', 'id', 'SELECT')
            """));
    }
}
