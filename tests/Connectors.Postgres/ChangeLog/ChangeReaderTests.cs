using System.IO.Hashing;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

public sealed class ChangeReaderTests
{
    const string Items = "CREATE TABLE items (id int, region char(4), n numeric, note text, PRIMARY KEY (region, id));";

    [Fact]
    public async Task Changes_come_in_the_order_of_writing_each_field_before_and_after()
    {
        await using var bench = await LoadBench.StartAsync($"{Items} INSERT INTO items VALUES (1, 'eu', 1.50, NULL), (2, 'eu', 2, 'same')");
        await LoadAsync(bench, "VALUES (1, 'eu'::char(4), 1.5, 'new'), (2, 'eu', 2, 'same'), (3, 'us', NULL, NULL)");
        await bench.Database.ExecuteAsync($$"""
            INSERT INTO headgate.change_group (job_id, attempt, object_no, segment_no, first_row, operation, row_count, records) VALUES (
                '{{bench.Job.JobId}}', 1, 0, -1, 0, 'delete', 1, ARRAY[ROW('{"eu  ",2}', '{2,"eu  ",2,same}', NULL)::headgate.change_record])
            """);

        var changes = await ReadAsync(bench);

        Assert.Equal(
            [
                "Insert region=us  ,id=3 id:->3 region:->us   n:-> note:->",
                "Update region=eu  ,id=1 n:1.50->1.5 note:->new",
                "Delete region=eu  ,id=2 id:2-> region:eu  -> n:2-> note:same->",
            ],
            changes.Select(Shown));
        Assert.Equal(changes.OrderBy(change => change.Sequence), changes);
        Assert.All(changes.Take(2), change => Assert.NotNull(change.CommittedAt));
    }

    [Fact]
    public async Task Filters_are_by_key_field_operation_attempt_and_object()
    {
        await using var bench = await LoadBench.StartAsync($"{Items} INSERT INTO items VALUES (1, 'eu', 1, 'a'), (2, 'eu', 2, 'b'), (3, 'eu', 3, 'c')");
        await LoadAsync(bench, "VALUES (1, 'eu'::char(4), 1::numeric, 'x'), (2, 'eu', 9, 'y'), (3, 'eu', 9, 'c'), (4, 'eu', 4, 'd')");

        Assert.Equal(["Update region=eu  ,id=2 n:2->9 note:b->y"], await ShownAsync(q => q with { Key = Key("2", "eu  ") }));
        Assert.Equal(["Insert region=eu  ,id=4 note:->d", "Update region=eu  ,id=1 note:a->x", "Update region=eu  ,id=2 note:b->y"], await ShownAsync(q => q with { Field = "note" }));
        Assert.Equal(["Update region=eu  ,id=2 n:2->9", "Update region=eu  ,id=3 n:3->9"], await ShownAsync(q => q with { Field = "n", Operation = LoggedOperation.Update }));
        Assert.Single(await ShownAsync(q => q with { Operation = LoggedOperation.Insert }));
        Assert.Empty(await ShownAsync(q => q with { Operation = LoggedOperation.Delete }));
        Assert.Empty(await ShownAsync(q => q with { Attempt = 2 }));
        Assert.Equal(4, (await ShownAsync(q => q with { Attempt = 1, Objects = [0, 7] })).Count);
        Assert.Empty(await ShownAsync(q => q with { Objects = [7] }));

        async Task<List<string>> ShownAsync(Func<ChangeQuery, ChangeQuery> with) => [.. (await ReadAsync(bench, with)).Select(Shown)];
    }

    [Fact]
    public async Task What_is_asked_for_and_cannot_be_is_told()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench, "VALUES (1, 'eu'::char(4), 1.0, 'x')", empty: true);

        Assert.Equal(ChangeProblems.Field, await CodeAsync(q => q with { Field = "nothing" }));
        Assert.Equal(ChangeProblems.Key, await CodeAsync(q => q with { Key = new Dictionary<string, string> { ["id"] = "1" } }));
        Assert.Equal(ChangeProblems.Key, await CodeAsync(q => q with { Key = Key("one", "eu  ") }));
        Assert.Equal(ChangeProblems.NotLogged, await CodeAsync(q => q with { JobId = Guid.NewGuid() }));
        await bench.Database.ExecuteAsync("DROP SCHEMA headgate CASCADE");
        Assert.Equal(ChangeProblems.NotLogged, await CodeAsync(q => q));

        async Task<string> CodeAsync(Func<ChangeQuery, ChangeQuery> with) =>
            (await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(bench, with))).Problem.Code;
    }

    [Fact]
    public async Task First_load_is_told_by_key_and_hash_with_what_still_is_what_was_inserted()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        const string Rows = @"SELECT i, ('r' || i % 3)::char(4), i / 7.0, CASE WHEN i % 5 > 0 THEN repeat('ü\''', i) END FROM generate_series(1, 40) i";
        await LoadAsync(bench, Rows, empty: true);
        var records = await bench.RecordsAsync(Rows);
        await bench.Database.ExecuteAsync("UPDATE items SET note = 'mine' WHERE id = 7; DELETE FROM items WHERE id = 8; UPDATE items SET n = n WHERE id = 9");

        var told = await ReadAsync(bench);
        var present = await ReadAsync(bench, q => q with { Present = true });

        Assert.Equal(records.Select(record => Convert.ToHexString(XxHash3.Hash(record))), told.Select(change => Convert.ToHexString(change.Hash.Span)));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"Insert region=r{i % 3}  ,id={i}"), told.Select(Shown));
        Assert.All(told, change => Assert.Empty(change.Present));
        Assert.Equal([7, 8], present.Where(change => change.Present.Count == 0).Select(change => int.Parse(change.Key[1].Value!, null)));
        Assert.Equal(
            await bench.Database.ScalarAsync<string>("""
                SELECT string_agg(concat_ws('|', id, bpcharout(region)::text, n, coalesce(note, 'null')), ' ' ORDER BY id) FROM items
                WHERE note IS DISTINCT FROM 'mine'
                """),
            string.Join(' ', present.Where(change => change.Present.Count > 0).Select(change => string.Join('|', change.Present.Select(each => each.Value ?? "null")))));
    }

    [Theory]
    [InlineData(LoggedOperation.Update)]
    [InlineData(LoggedOperation.Delete)]
    public async Task First_load_is_left_out_where_something_else_is_asked_for(LoggedOperation operation)
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench, "VALUES (1, 'eu'::char(4), 1.0, 'x')", empty: true);

        Assert.Empty(await ReadAsync(bench, q => q with { Operation = operation }));
        Assert.Empty(await ReadAsync(bench, q => q with { Field = "note" }));
        Assert.Single(await ReadAsync(bench, q => q with { Operation = LoggedOperation.Insert }));
    }

    [Fact]
    public async Task Record_of_a_first_load_is_found_by_its_key()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench, "SELECT i, 'eu'::char(4), 1.0, 'x' FROM generate_series(1, 5000) i", empty: true, batch: 700);

        Assert.Equal(["Insert region=eu  ,id=4321"], (await ReadAsync(bench, q => q with { Key = Key("4321", "eu  ") })).Select(Shown));
        Assert.Empty(await ReadAsync(bench, q => q with { Key = Key("5001", "eu  ") }));
        Assert.Empty(await ReadAsync(bench, q => q with { Key = Key("1", @"e\' ") }));
    }

    [Fact]
    public async Task Log_is_read_in_parts_and_gone_on_with_at_any_of_its_changes()
    {
        await using var bench = await LoadBench.StartAsync($"{Items} INSERT INTO items SELECT i, 'eu', 0, 'old' FROM generate_series(1, 9000) i");
        await LoadAsync(bench, "SELECT i, 'eu'::char(4), 1.0, repeat(md5(i::text), 8) FROM generate_series(1, 9000) i");

        var (pages, changes) = (new List<ChangePage>(), await ReadAsync(bench));
        await ReadAsync(bench, taken: pages.Add);

        Assert.True(pages.Count >= 3, $"{pages.Count} parts");
        Assert.All(pages, page => Assert.InRange(page.Changes.Count, 0, 6000));
        Assert.Equal(9000, changes.Select(change => change.Key[1].Value).Distinct().Count());
        Assert.Equal(changes.Select(change => change.Sequence).Order(), changes.Select(change => change.Sequence));
        foreach (var at in (int[])[0, 1, 117, 4567, 8998, 8999])
        {
            var rest = await ReadAsync(bench, q => q with { After = changes[at].Sequence });
            Assert.Equal(changes.Skip(at + 1).Select(change => change.Sequence), rest.Select(change => change.Sequence));
        }
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, "5000")]
    public async Task Each_part_comes_further_however_slow_the_destination_is(bool empty, string? key)
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench, "SELECT i, 'eu'::char(4), 1.0, repeat(md5(i::text), 2) FROM generate_series(1, 5000) i", empty, batch: 1500);
        var query = new ChangeQuery { JobId = bench.Job.JobId, Key = key is null ? null : Key(key, "eu  ") };
        var (found, pages) = (0, 0);

        while (true)
        {
            var page = await new ChangeReader(bench.Database.DataSource, query, new SlowTime()).NextAsync(default);
            found += page.Changes.Count;
            pages++;
            if (page.IsLast) break;
            Assert.True(page.Upto > (query.After ?? long.MinValue), "it stands still");
            query = query with { After = page.Upto };
        }

        Assert.Equal(key is null ? 5000 : 1, found);
        Assert.InRange(pages, 3, 200);
    }

    [Fact]
    public async Task Blocks_and_groups_are_told_as_they_were_written_and_blocks_without_a_number_first()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        var plan = await PlanAsync(bench);
        await bench.LoadAsync(plan, "SELECT i, 'eu'::char(4), 1.0, 'x' FROM generate_series(1, 10) i", segment: 0, empty: true, batch: 5);
        await bench.LoadAsync(plan, "SELECT i, 'eu'::char(4), 2.0, 'x' FROM generate_series(6, 12) i", segment: 1);
        await bench.LoadAsync(plan, "SELECT i, 'eu'::char(4), 1.0, 'x' FROM generate_series(20, 24) i", segment: 2, empty: true);
        string[] ids = [.. Range(1, 10), "11", "12", .. Range(6, 10), .. Range(20, 24)];

        var written = await ReadAsync(bench);
        await bench.Database.ExecuteAsync("UPDATE headgate.change_block SET seq = NULL WHERE segment_no = 0");
        var older = await ReadAsync(bench);

        Assert.Equal(ids, written.Select(change => change.Key[1].Value));
        Assert.Equal(ids, older.Select(change => change.Key[1].Value));
        Assert.Equal(older.Select(change => change.Sequence).Order(), older.Select(change => change.Sequence));
        Assert.Equal(older.Count, older.Select(change => change.Sequence).Distinct().Count());
        for (var at = 0; at < older.Count; at++)
        {
            var rest = await ReadAsync(bench, q => q with { After = older[at].Sequence });
            Assert.Equal(ids.Skip(at + 1), rest.Select(change => change.Key[1].Value));
        }

        static IEnumerable<string> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(i => $"{i}");
    }

    [Fact]
    public async Task Log_under_the_schema_of_an_earlier_version_is_read()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await Schema.OlderSchema.InstallAsync(bench.Database, before: 5);
        var plan = await PlanAsync(bench);
        await bench.LoadAsync(plan, "VALUES (1, 'eu'::char(4), 1.0, 'x')", segment: 0, empty: true);
        await bench.LoadAsync(plan, "VALUES (1, 'eu'::char(4), 1.0, 'y')", segment: 1);

        var changes = await ReadAsync(bench, q => q with { Present = true });

        Assert.Equal(["Insert region=eu  ,id=1", "Update region=eu  ,id=1 note:x->y"], changes.Select(Shown));
    }

    [Fact]
    public async Task Long_values_make_smaller_parts_and_lose_nothing()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench, "SELECT i, 'eu'::char(4), 1.0, repeat(md5(i::text), 10000) FROM generate_series(1, 20) i", empty: true);
        var pages = new List<ChangePage>();

        var changes = await ReadAsync(bench, q => q with { Present = true }, pages.Add);

        Assert.Equal(20, changes.Count(change => change.Present[3].Value!.Length == 320_000));
        Assert.All(pages, page => Assert.InRange(page.Changes.Count, 0, 5));
    }

    [Fact]
    public async Task Nothing_can_be_written_by_reading()
    {
        await using var bench = await LoadBench.StartAsync($"""
            {Items}
            CREATE FUNCTION spy() RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.items VALUES (99, 'spy'); RETURN 'x'; END $$;
            """);
        await LoadAsync(bench, "VALUES (1, 'eu'::char(4), 1.0, 'x')", empty: true);
        // Whatever a reader calls is bound to its transaction.
        await bench.Database.ExecuteAsync("ALTER TABLE items RENAME TO kept; CREATE VIEW items AS SELECT id, region, n, spy() AS note FROM kept");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(bench, q => q with { Present = true }));

        Assert.True(error.Problem.SqlState == "25006", $"{error.Problem.Code}: {error.Problem.Sentence}");
        Assert.Equal(1, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM kept"));
    }

    static async Task<ObjectPlan> PlanAsync(LoadBench bench, bool directCopy = true)
    {
        var plan = await bench.PlanAsync("items", ["region", "id"], directCopy);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        return plan;
    }

    static async Task LoadAsync(LoadBench bench, string rows, bool empty = false, int batch = 1000) =>
        await bench.LoadAsync(await PlanAsync(bench, directCopy: empty), rows, empty: empty, batch: batch);

    static async Task<List<LoggedChange>> ReadAsync(
        LoadBench bench, Func<ChangeQuery, ChangeQuery>? with = null, Action<ChangePage>? taken = null)
    {
        var query = new ChangeQuery { JobId = bench.Job.JobId };
        query = with?.Invoke(query) ?? query;
        var changes = new List<LoggedChange>();
        while (true)
        {
            var page = await bench.Destination.ReadChangesAsync(query, default);
            changes.AddRange(page.Changes);
            taken?.Invoke(page);
            if (page.IsLast) return changes;
            Assert.True(page.Upto > (query.After ?? long.MinValue), "it stands still");
            query = query with { After = page.Upto };
        }
    }

    /// <summary>Between two looks at it 2 s have passed.</summary>
    sealed class SlowTime : TimeProvider
    {
        long _now;

        public override long GetTimestamp() => _now += 2 * TimestampFrequency;
    }

    static Dictionary<string, string> Key(string id, string region) => new() { ["id"] = id, ["region"] = region };

    static string Shown(LoggedChange change) => string.Join(' ',
        [$"{change.Operation}", string.Join(',', change.Key.Select(each => $"{each.Key}={each.Value}")), .. change.Fields.Select(each => $"{each.Field}:{each.Before}->{each.After}")]);
}
