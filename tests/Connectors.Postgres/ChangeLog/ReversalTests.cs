using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

public sealed class ReversalTests
{
    /// <summary>Undoes the log newest first, as text in the columns' own types.</summary>
    const string Reverse = """
        DO $$
        DECLARE c record; f text; i int;
        BEGIN
            FOR c IN SELECT * FROM headgate.change ORDER BY seq DESC, place DESC LOOP
                IF c.operation = 'insert' THEN
                    DELETE FROM items WHERE id::text = c.key[1];
                ELSE
                    FOR i IN 1 .. array_length(c.after, 1) LOOP
                        IF c.before[i] IS DISTINCT FROM c.after[i] THEN
                            SELECT format('UPDATE items SET %I = %L::%s WHERE id::text = %L', o.fields -> (i - 1) ->> 'name', c.before[i],
                                o.fields -> (i - 1) ->> 'type', c.key[1]) INTO f FROM headgate.job_object o;
                            EXECUTE f;
                        END IF;
                    END LOOP;
                END IF;
            END LOOP;
        END $$
        """;

    [Fact]
    public async Task The_log_played_backwards_gives_the_table_before_the_job()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, n numeric, f float8, j json, c char(5), t timestamptz, b bytea, a int[], i interval, d numeric(10,2));
            INSERT INTO items SELECT i, i::text::numeric, i / 3.0, '{"a" : 1}', 'ab', now(), '\x00ff', ARRAY[i, NULL], '1 mon', i
            FROM generate_series(1, 100) i;
            INSERT INTO items (id) VALUES (101);
            INSERT INTO items VALUES (102, 'NaN', '-0', 'null', '', 'infinity', '', '{}', '30 days', 'NaN'), (103, 1.0, 'NaN', '1', 'x', '-infinity', NULL, '[0:1]={1,2}', '0', 1);
            """);
        var before = await bench.RowsAsync("SELECT * FROM items ORDER BY id");
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);

        var first = await bench.LoadAsync(plan, """
            SELECT i, i::numeric(10, 3), i / 3.0::float8, '{"a": 1}'::json, 'abc'::char(5), now() + interval '1 us', '\x00fe'::bytea, ARRAY[i, 1], '30 days'::interval, (i + 1)::numeric(10, 2)
            FROM generate_series(50, 150) i
            """, segment: 0, batch: 30);
        var second = await bench.LoadAsync(plan, """
            SELECT i, 1.00, '0'::float8, NULL::json, NULL::char(5), NULL::timestamptz, NULL::bytea, NULL::int[], NULL::interval, NULL::numeric(10, 2)
            FROM generate_series(90, 200) i
            """, segment: 1, batch: 50);
        await bench.Database.ExecuteAsync(Reverse);

        Assert.Equal((47, 54, 0), (first.Inserted, first.Updated, first.Unchanged));
        Assert.Equal((50, 61), (second.Inserted, second.Updated));
        Assert.Equal(before, await bench.RowsAsync("SELECT * FROM items ORDER BY id"));
    }

    [Fact]
    public async Task People_read_the_log_field_by_field()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text, n int); INSERT INTO items VALUES (1, 'old', 5)");
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);

        await bench.LoadAsync(plan, "SELECT 1, NULL::text, 5 UNION ALL SELECT 2, 'two', 2");

        Assert.Equal(
            ["(public.items,{1},update,note,old,)", "(public.items,{2},insert,id,,2)", "(public.items,{2},insert,n,,2)", "(public.items,{2},insert,note,,two)"],
            await bench.RowsAsync("SELECT table_name, key, operation, field, before, after FROM headgate.changes ORDER BY key, field"));
    }
}
