using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>What a table that is made anew is like.</summary>
public sealed class NewTableTests : SwapTest
{
    [Fact]
    public async Task The_new_table_has_the_sources_shape_and_what_of_the_old_one_fits_it()
    {
        var plan = await LoadedAsync();
        await SwapAsync(plan);

        Assert.Equal(["(id,integer,t)", "(name,text,f)", "(qty,integer,f)"], await Bench.RowsAsync("""
            SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0 AND NOT attisdropped
            ORDER BY attname
            """));
        Assert.Equal(["(by_name)", "(items_pkey)"], await Bench.RowsAsync(
            "SELECT relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE indrelid = 'items'::regclass ORDER BY 1"));
        Assert.Equal(["(short)"], await Bench.RowsAsync("SELECT conname FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'c'"));
        Assert.Equal(["(\"it's ours\",\"the name\",{fillfactor=80})"], await Bench.RowsAsync("""
            SELECT obj_description('items'::regclass), col_description('items'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'name')),
                   (SELECT reloptions FROM pg_class WHERE oid = 'items'::regclass)
            """));
        Assert.Equal(["(t,t,t,f)"], await Bench.RowsAsync("""
            SELECT has_table_privilege('pg_monitor', 'items', 'SELECT'), has_table_privilege('pg_monitor', 'items', 'INSERT'),
                   has_column_privilege('pg_monitor', 'items', 'name', 'UPDATE'), has_table_privilege('pg_monitor', 'items', 'DELETE')
            """));
        Assert.Equal(100, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE name <> 'old'"));
    }

    [Fact]
    public async Task A_column_of_another_type_keeps_its_collation_where_the_new_one_has_any()
    {
        await Bench.Database.ExecuteAsync("ALTER TABLE items ALTER name TYPE varchar(9) COLLATE \"C\", ADD qty text COLLATE \"C\"");
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(name,\"\"\"C\"\"\")", "(qty,-)"], await Bench.RowsAsync("""
            SELECT attname, attcollation::regcollation FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname IN ('name', 'qty') ORDER BY 1
            """));
    }

    [Fact]
    public async Task Rights_that_new_tables_are_given_and_the_old_one_does_not_give_are_not_the_new_ones()
    {
        await Bench.Database.ExecuteAsync("""
            ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO pg_monitor; ALTER DEFAULT PRIVILEGES GRANT TRUNCATE ON TABLES TO PUBLIC
            """);
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(t,t,f,f)"], await Bench.RowsAsync("""
            SELECT has_table_privilege('pg_monitor', 'items', 'SELECT'), has_column_privilege('pg_monitor', 'items', 'name', 'UPDATE'),
                   has_table_privilege('pg_monitor', 'items', 'DELETE'), has_table_privilege('pg_monitor', 'items', 'TRUNCATE')
            """));
    }

    [Fact]
    public async Task A_column_of_an_incompatible_type_with_a_plain_index_is_made_anew()
    {
        await Bench.Database.ExecuteAsync("""
            DROP INDEX by_name; ALTER TABLE items DROP CONSTRAINT short; CREATE INDEX plain ON items (name); ALTER TABLE src.items ALTER name TYPE int USING 1
            """);
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(integer)"], await Bench.RowsAsync("SELECT pg_typeof(name) FROM items LIMIT 1"));
    }

    [Fact]
    public async Task Foreign_keys_of_the_table_are_made_anew_and_one_to_itself_refers_to_the_new_one()
    {
        await Bench.Database.ExecuteAsync("""
            CREATE TABLE kinds (id int PRIMARY KEY); INSERT INTO kinds SELECT generate_series(1, 100);
            ALTER TABLE items ALTER id TYPE int, ADD qty int, ADD CONSTRAINT kind FOREIGN KEY (qty) REFERENCES kinds,
                ADD CONSTRAINT self FOREIGN KEY (qty) REFERENCES items
            """);
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(kind,kinds)", "(self,items)"], await Bench.RowsAsync(
            "SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'f' ORDER BY 1"));
    }

    [Fact]
    public async Task A_key_whose_index_goes_with_a_column_that_it_holds_is_made_anew()
    {
        await Bench.Database.ExecuteAsync("ALTER TABLE items DROP CONSTRAINT items_pkey, ADD PRIMARY KEY (id) INCLUDE (gone)");
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(\"PRIMARY KEY (id)\")"], await Bench.RowsAsync(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'p'"));
    }

    [Fact]
    public async Task Another_key_is_the_new_tables_key()
    {
        await Bench.Database.ExecuteAsync("UPDATE src.items SET name = 'n' WHERE id = 1");
        var plan = await LoadedAsync(key: ["id", "name"]);
        await SwapAsync(plan);
        Assert.Equal(["(\"PRIMARY KEY (id, name)\")"], await Bench.RowsAsync(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'p'"));
    }
}
