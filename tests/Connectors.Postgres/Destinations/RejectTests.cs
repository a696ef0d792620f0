using Headgate.Connectors.Conformance;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class RejectTests
{
    [Fact]
    public async Task Rejects_are_found_by_halving_and_recorded_without_any_value()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, note text NOT NULL, n int CONSTRAINT positive CHECK (n > 0), code text CONSTRAINT once UNIQUE)
            """);
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);

        var counts = await bench.LoadAsync(plan, """
            SELECT i, CASE WHEN i = 7 THEN NULL ELSE 'secret' END, CASE WHEN i = 90 THEN -424242 ELSE i END, CASE WHEN i IN (3, 50) THEN 'same' END
            FROM generate_series(1, 100) i
            """, empty: true, batch: 64);

        Assert.Equal((97, 3, 100), (counts.Inserted, counts.Rejected, counts.Written));
        Assert.Equal(["(6,23502,,note,f)", "(49,23505,once,,t)", "(89,23514,positive,,f)"],
            await bench.RowsAsync("SELECT row_no, sqlstate, constraint_name, column_name, deferred FROM headgate.rejected ORDER BY row_no"));
        Assert.DoesNotContain(await bench.RowsAsync("SELECT sentence FROM headgate.rejected"),
            s => s.Contains("secret", StringComparison.Ordinal) || s.Contains("424242", StringComparison.Ordinal) || s.Contains("same", StringComparison.Ordinal));
        var records = await bench.RecordsAsync("SELECT 90, 'secret', -424242, NULL::text");
        Assert.Equal(records[0], await bench.Database.ScalarAsync<byte[]>("SELECT image FROM headgate.rejected WHERE row_no = 89"));
        Assert.Equal(100, await bench.Database.ScalarAsync<long>("SELECT sum(row_count) FROM headgate.batch"));
    }

    [Fact]
    public async Task The_limit_counts_the_whole_job_and_nothing_beyond_it_is_committed()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text NOT NULL)");
        var plan = await bench.PlanAsync("items", ["id"]);
        var bad = Enumerable.Range(0, 40).Select(i => StagedBatch.Tuple(i, null)).ToArray();

        var segments = Enumerable.Range(0, 4).Select(async s =>
            (await Assert.ThrowsAsync<ConnectorException>(
                () => SegmentLoop.RunAsync(bench.Destination, bench.Ticket(40, s) with { MaxRejects = 10 }, plan, bad))).Problem.Code);

        Assert.All(await Task.WhenAll(segments), code => Assert.Equal("too-many-rejects", code));
        Assert.Equal(10, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.rejected"));
        Assert.Equal(10, await bench.Database.ScalarAsync<long>("SELECT sum(next_row)::bigint FROM headgate.ledger"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Constraints_deferred_to_the_commit_are_found_while_the_batch_is_written(bool empty)
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE parents (id int PRIMARY KEY);
            CREATE TABLE items (id int PRIMARY KEY, parent int REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO parents VALUES (1);
            """);
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
        const string query = "SELECT i, CASE WHEN i = 4 THEN 9 ELSE 1 END FROM generate_series(1, 8) i";
        var records = await bench.RecordsAsync(query);
        await using (var transaction = await bench.Destination.BeginBatchAsync(bench.Ticket(8, empty: empty), plan, default))
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(() => transaction.WriteAsync(new StagedBatch(0, records), default));
            Assert.Equal(LoadRemedy.Halve, error.Remedy);
        }

        var counts = await bench.LoadAsync(plan, query, empty: empty);

        Assert.Equal((7, 1), (counts.Inserted, counts.Rejected));
    }

    [Fact]
    public async Task A_child_that_came_before_its_parent_is_written_afterwards_generation_by_generation()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree)");
        var plan = await bench.PlanAsync("tree", ["id"]);
        // Each record refers to the next one; the last to none.
        var counts = await bench.LoadAsync(plan, "SELECT i, CASE WHEN i < 40 THEN i + 1 END FROM generate_series(1, 40) i", batch: 5);
        Assert.True(counts.Rejected > 0);
        Assert.Equal(counts.Rejected, await bench.Database.ScalarAsync<long>("SELECT deferred FROM headgate.ledger"));

        var after = await bench.Destination.RetryDeferredAsync(bench.Ticket(40), plan, () => { }, default);

        Assert.Equal((40, 0, 40), (after!.Inserted, after.Rejected, after.Written));
        Assert.Equal(40, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM tree"));
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.rejected"));
        Assert.Equal(40, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change"));
        Assert.Equal(40, await bench.Database.ScalarAsync<long>("SELECT sum(inserted)::bigint FROM headgate.batch"));
    }

    [Theory]
    [InlineData("text", "UNIQUE (slug)", "'a'", "'b'", "'x'")]
    [InlineData("int4range", "EXCLUDE USING gist (slug WITH &&)", "'[1,5)'", "'[6,8)'", "'[9,9]'")]
    public async Task A_record_whose_place_is_still_taken_is_written_once_another_has_left_it(
        string type, string once, string taken, string free, string old)
    {
        await using var bench = await LoadBench.StartAsync(
            $"CREATE TABLE items (id int PRIMARY KEY, slug {type}, {once}); INSERT INTO items VALUES (1, {old}), (2, {taken})");
        var plan = await bench.PlanAsync("items", ["id"]);
        var records = await bench.RecordsAsync($"SELECT 1, {taken}::{type} UNION ALL SELECT 2, {free}");

        // Not one reject is allowed, and it is none.
        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(2) with { MaxRejects = 0 }, plan, records, batch: 1));
        Assert.Equal(["(0,t)"], await bench.RowsAsync("SELECT row_no, deferred FROM headgate.rejected"));
        var after = await bench.Destination.RetryDeferredAsync(bench.Ticket(2), plan, () => { }, default);

        Assert.Equal((2, 0), (after!.Updated, after.Rejected));
        Assert.Equal(1, await bench.Database.ScalarAsync<long>($"SELECT count(*) FROM items WHERE id = 1 AND slug = {taken}"));
    }

    [Fact]
    public async Task Where_too_many_wait_for_a_value_to_become_free_they_are_rejects()
    {
        const int maxRejects = 2, ceiling = 1_000 + 10 * maxRejects;
        await using var bench = await LoadBench.StartAsync(
            "CREATE TABLE items (id int PRIMARY KEY, slug text UNIQUE); INSERT INTO items VALUES (0, 'same')");
        // Another segment of the job has nearly as many that wait; those that wait for a parent do not count.
        await bench.Database.ExecuteAsync(
            $"""
             INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sqlstate, sentence, deferred)
             SELECT '{bench.Job.JobId}', 1, 0, 1, n, '23505', '', true FROM generate_series(1, {ceiling - 3}) n;
             INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sqlstate, sentence, deferred)
             SELECT '{bench.Job.JobId}', 1, 0, 2, n, '23503', '', true FROM generate_series(1, 5000) n
             """);
        var plan = await bench.PlanAsync("items", ["id"]);
        var records = await bench.RecordsAsync("SELECT i, 'same' FROM generate_series(1, 10) i");

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => SegmentLoop.RunAsync(bench.Destination, bench.Ticket(10) with { MaxRejects = maxRejects }, plan, records));

        Assert.Equal("too-many-rejects", error.Problem.Code);
        Assert.Equal(["(5,3)"], await bench.RowsAsync("SELECT rejected, deferred FROM headgate.ledger WHERE segment_no = 0"));
    }

    [Fact]
    public async Task A_row_of_records_each_of_which_takes_the_value_of_the_next_is_written_in_few_passes()
    {
        const int count = 100;
        // A sequence counts also what is rolled back.
        await using var bench = await LoadBench.StartAsync(
            $"""
             CREATE TABLE items (id int PRIMARY KEY, place int UNIQUE); INSERT INTO items SELECT i, i FROM generate_series(1, {count}) i;
             CREATE SEQUENCE tries;
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''public.tries''); RETURN NULL; END';
             CREATE TRIGGER noting BEFORE INSERT OR UPDATE ON items FOR EACH STATEMENT EXECUTE FUNCTION note()
             """);
        var plan = await bench.PlanAsync("items", ["id"]);
        var records = await bench.RecordsAsync($"SELECT i, i + 1 FROM generate_series(1, {count}) i");
        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(count), plan, records, batch: 1));

        var tries = 0;

        var after = await bench.Destination.RetryDeferredAsync(bench.Ticket(count), plan, () => tries++, default);

        Assert.Equal((count, 0), (after!.Updated, after.Rejected));
        Assert.True(tries >= count / 2, $"{tries} signs of life");
        Assert.InRange(await bench.Database.ScalarAsync<long>("SELECT last_value FROM tries"), count, 12 * count);
    }

    [Fact]
    public async Task A_child_that_waits_for_its_parent_is_no_reject_yet()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree)");
        var plan = await bench.PlanAsync("tree", ["id"]);
        var records = await bench.RecordsAsync("SELECT * FROM (VALUES (1, 2), (2, NULL)) v");

        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(2) with { MaxRejects = 0 }, plan, records, batch: 1));

        var after = await bench.Destination.RetryDeferredAsync(bench.Ticket(2), plan, () => { }, default);

        Assert.Equal((2, 0), (after!.Inserted, after.Rejected));
    }

    [Fact]
    public async Task An_orphan_stays_rejected_until_what_it_refers_to_comes_from_elsewhere()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree)");
        var plan = await bench.PlanAsync("tree", ["id"]);
        await bench.LoadAsync(plan, "SELECT * FROM (VALUES (1, 2), (2, 99), (3, 4), (4, 3), (5, NULL::int), (6, 5)) v", batch: 1);

        var after = await bench.Destination.RetryDeferredAsync(bench.Ticket(6), plan, () => { }, default);

        Assert.Equal((2 + 2, 2), (after!.Inserted, after.Rejected));
        Assert.Equal(["(0,t)", "(1,t)"], await bench.RowsAsync("SELECT row_no, deferred FROM headgate.rejected ORDER BY row_no"));
        Assert.Equal(2, await bench.Database.ScalarAsync<long>("SELECT deferred FROM headgate.ledger"));

        await bench.Database.ExecuteAsync("INSERT INTO tree VALUES (99, NULL)");
        var later = await bench.Destination.RetryDeferredAsync(bench.Ticket(6), plan, () => { }, default);

        Assert.Equal((6, 0), (later!.Inserted, later.Rejected));
    }

    [Fact]
    public async Task Behind_a_closed_fence_nothing_is_tried_again()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree)");
        var plan = await bench.PlanAsync("tree", ["id"]);
        await bench.LoadAsync(plan, "SELECT * FROM (VALUES (1, 2), (2, NULL)) v", batch: 1);
        await bench.MoveAsync(2, open: false);

        Assert.Null(await bench.Destination.RetryDeferredAsync(bench.Ticket(2), plan, () => { }, default));
        Assert.Equal(1, await bench.Database.ScalarAsync<long>("SELECT deferred FROM headgate.ledger"));
    }
}
