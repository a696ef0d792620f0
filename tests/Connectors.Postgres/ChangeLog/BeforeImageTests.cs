using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

/// <summary>The log says what was really replaced. The truth is kept by a trigger of the test on the table itself.</summary>
public sealed class BeforeImageTests : IAsyncLifetime
{
    const string Truth = """
        CREATE TABLE truth (writer text, operation text, id int, old text[], new text[]);
        CREATE FUNCTION keep_truth() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO public.truth VALUES (
                current_setting('application_name'), lower(tg_op), coalesce(new.id, old.id),
                CASE WHEN tg_op <> 'INSERT' THEN ARRAY[old.id::text, old.a::text, old.b, old.n::text] END,
                CASE WHEN tg_op <> 'DELETE' THEN ARRAY[new.id::text, new.a::text, new.b, new.n::text] END);
            RETURN NULL;
        END $$;
        """;

    /// <summary>What the truth says of Headgate's writes, in the log's own form.</summary>
    const string Expected = """
        SELECT operation, ARRAY[id::text] AS key,
               CASE WHEN old IS NOT NULL THEN ARRAY(SELECT CASE WHEN o IS DISTINCT FROM n THEN o END FROM unnest(old, new) AS x (o, n)) END AS before,
               CASE WHEN old IS NULL THEN new ELSE ARRAY(SELECT CASE WHEN o IS DISTINCT FROM n THEN n END FROM unnest(old, new) AS x (o, n)) END AS after
        FROM truth WHERE writer = 'headgate-destination'
        """;

    const string Logged = "SELECT operation, key, before, after FROM headgate.change";

    LoadBench _bench = null!;

    public async Task InitializeAsync() => _bench = await LoadBench.StartAsync($"""
        CREATE TABLE items (id int PRIMARY KEY, a int, b text, n numeric);
        CREATE TABLE parts (id int PRIMARY KEY, a int, b text, n numeric) PARTITION BY RANGE (id);
        CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (MINVALUE) TO (30);
        CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (30) TO (MAXVALUE);
        {Truth}
        CREATE TRIGGER truth AFTER INSERT OR UPDATE OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION keep_truth();
        CREATE TRIGGER truth AFTER INSERT OR UPDATE OR DELETE ON parts FOR EACH ROW EXECUTE FUNCTION keep_truth();
        """);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData("items")]
    [InlineData("parts")]
    public async Task The_log_is_exact_while_people_change_delete_and_insert_the_same_rows(string table)
    {
        var plan = await _bench.PlanAsync(table, ["id"]);
        await _bench.Database.ExecuteAsync($"INSERT INTO {table} SELECT i, i, 'start', i FROM generate_series(1, 60) i");
        using var stop = new CancellationTokenSource();
        var people = Enumerable.Range(0, 3).Select(i => Task.Run(() => MeddleAsync(table, i, stop.Token))).ToArray();

        for (var segment = 0; segment < 40; segment++)
        {
            // What people write is among it, so that rows become equal under our hands too.
            var records = await _bench.RecordsAsync($"""
                SELECT i, (i + {segment % 3}) % 4, CASE (i + {segment}) % 3 WHEN 0 THEN NULL ELSE 'b' || (i + {segment}) % 3 END, ((i % 2) || '.0')::numeric
                FROM generate_series(1, 60) i ORDER BY {(segment % 2 == 0 ? "i" : "random()")}
                """);
            await LoadAsync(plan, records, segment, batch: segment % 4 == 0 ? 60 : 15);
        }

        await stop.CancelAsync();
        await Task.WhenAll(people);
        Assert.True(await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM truth WHERE writer <> 'headgate-destination'") > 100);
        Assert.True(await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change WHERE operation = 'insert'") > 10);
        Assert.Empty(await _bench.RowsAsync($"({Expected} EXCEPT ALL {Logged})"));
        Assert.Empty(await _bench.RowsAsync($"({Logged} EXCEPT ALL {Expected})"));
        Assert.Equal(
            await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change"),
            await _bench.Database.ScalarAsync<long>("SELECT sum(inserted + updated)::bigint FROM headgate.ledger"));
    }

    [Theory]
    [InlineData("items", true)]
    [InlineData("items", false)]
    [InlineData("parts", true)]
    [InlineData("parts", false)]
    public async Task A_value_that_is_committed_while_the_batch_waits_is_the_one_logged(string table, bool lockFirst)
    {
        var plan = await _bench.PlanAsync(table, ["id"]);
        await _bench.Database.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0, 'x', 0), (2, 0, 'x', 0)");

        await WriteBehindAsync(plan, $"UPDATE {table} SET a = 77, b = 'human' WHERE id = 2", lockFirst);

        Assert.Equal(["(update,{2},\"{NULL,77,human,NULL}\",\"{NULL,1,new,NULL}\")"],
            await _bench.RowsAsync($"{Logged} WHERE key = '{{2}}'"));
        Assert.Equal(["(1,1,new,0)", "(2,1,new,0)"], await _bench.RowsAsync($"SELECT * FROM {table} ORDER BY id"));
    }

    [Theory]
    [InlineData("items", true)]
    [InlineData("items", false)]
    [InlineData("parts", false)]
    public async Task A_row_deleted_while_the_batch_waits_is_inserted_and_logged_so(string table, bool lockFirst)
    {
        var plan = await _bench.PlanAsync(table, ["id"]);
        await _bench.Database.ExecuteAsync($"INSERT INTO {table} VALUES (1, 0, 'x', 0), (2, 0, 'x', 0)");

        await WriteBehindAsync(plan, $"DELETE FROM {table} WHERE id = 2", lockFirst);

        Assert.Equal(["(insert,{2},,\"{2,1,new,0}\")"], await _bench.RowsAsync($"{Logged} WHERE key = '{{2}}'"));
        Assert.Equal(["(1,1,new,0)", "(2,1,new,0)"], await _bench.RowsAsync($"SELECT * FROM {table} ORDER BY id"));
    }

    [Theory]
    [InlineData("items")]
    [InlineData("parts")]
    public async Task A_row_inserted_while_the_batch_waits_is_updated_and_logged_so(string table)
    {
        var plan = await _bench.PlanAsync(table, ["id"]);

        await WriteBehindAsync(plan, $"INSERT INTO {table} VALUES (2, 5, 'human', 0)", lockFirst: false);

        Assert.Equal(["(insert,{1},,\"{1,1,new,0}\")", "(update,{2},\"{NULL,5,human,NULL}\",\"{NULL,1,new,NULL}\")"],
            await _bench.RowsAsync($"{Logged} ORDER BY key"));
    }

    [Fact]
    public async Task A_row_made_equal_while_the_batch_waits_is_neither_written_nor_logged()
    {
        var plan = await _bench.PlanAsync("items", ["id"]);
        await _bench.Database.ExecuteAsync("INSERT INTO items VALUES (1, 1, 'new', 0), (2, 0, 'x', 0)");

        await WriteBehindAsync(plan, "UPDATE items SET a = 1, b = 'new' WHERE id = 2", lockFirst: false);

        Assert.Empty(await _bench.RowsAsync(Logged));
        Assert.Equal(3, await _bench.Database.ScalarAsync<long>("SELECT unchanged FROM headgate.ledger WHERE segment_no = 1"));
    }

    /// <summary>Writes records 1 and 2 while a person's transaction has made a change that it commits only once the batch waits.</summary>
    async Task WriteBehindAsync(ObjectPlan plan, string change, bool lockFirst)
    {
        // The first record of the segment lets the ledger say that most are updates, or not.
        await _bench.Database.ExecuteAsync($"INSERT INTO {plan.To} VALUES (50, {(lockFirst ? 0 : 1)}, 'new', 0)");
        var records = await _bench.RecordsAsync("SELECT i, 1, 'new', 0::numeric FROM unnest(ARRAY[50, 1, 2]) WITH ORDINALITY AS u (i, o) ORDER BY o");
        await using (var first = await _bench.Destination.BeginBatchAsync(_bench.Ticket(3, segment: 1), plan, default))
        {
            await first.WriteAsync(new StagedBatch(0, [records[0]]), default);
            await first.CommitAsync();
        }

        await _bench.Database.ExecuteAsync("DELETE FROM headgate.change_group; DELETE FROM " + plan.To + " WHERE id = 50");
        await using var person = await _bench.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await person.BeginTransactionAsync();
        await Sql.RunAsync(person, change);
        var writing = Task.Run(async () =>
        {
            await using var batch = await _bench.Destination.BeginBatchAsync(_bench.Ticket(3, segment: 1), plan, default);
            await batch.WriteAsync(new StagedBatch(1, [records[1], records[2]]), default);
            await batch.CommitAsync();
        });
        await BlockedSessions.WaitAsync(_bench.Database, "headgate-destination");
        await transaction.CommitAsync();
        await writing;
    }

    async Task LoadAsync(ObjectPlan plan, IReadOnlyList<byte[]> records, int segment, int batch)
    {
        while (true)
        {
            try
            {
                Assert.Null(await SegmentLoop.RunAsync(_bench.Destination, _bench.Ticket(records.Count, segment), plan, records, batch));
                return;
            }
            catch (ConnectorException e) when (e.Problem.Retryable)
            {
                // A deadlock with a person's transaction, say.
            }
        }
    }

    async Task MeddleAsync(string table, int person, CancellationToken cancellationToken)
    {
        var random = new Random(person);
        await using var connection = await _bench.Database.DataSource.OpenConnectionAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            var ids = string.Join(',', Enumerable.Range(0, 3).Select(_ => random.Next(1, 61)));
            var sql = random.Next(4) switch
            {
                0 => $"DELETE FROM {table} WHERE id IN ({ids})",
                1 => $"INSERT INTO {table} SELECT i, i % 4, 'b1', 1.0 FROM unnest(ARRAY[{ids}]) i ON CONFLICT DO NOTHING",
                2 => $"UPDATE {table} SET n = n + 0.0, b = 'person' WHERE id IN ({ids})",
                _ => $"UPDATE {table} SET a = (a + 1) % 4 WHERE id IN ({ids})",
            };
            try
            {
                await Sql.RunAsync(connection, sql);
            }
            catch (PostgresException e) when (e.SqlState is "40P01" or "40001")
            {
                // People retry as well.
            }
        }
    }
}
