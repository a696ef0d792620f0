using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

public sealed class RejectReaderTests
{
    [Fact]
    public async Task Rejected_records_are_told_as_they_were_staged_with_why()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, region char(4), note varchar(5), n int CHECK (n > 0))");
        var plan = await bench.PlanAsync("items", ["id"], directCopy: false, ("note", "text"));
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        await bench.LoadAsync(plan, "SELECT i, 'eu'::char(4), CASE WHEN i = 3 THEN 'too long' END, i - 5 FROM generate_series(3, 7) i");

        var page = await ReadAsync(bench);

        Assert.True(page.IsLast);
        Assert.Equal(
            ["22001 items 3: id=3 region=eu   note=too long n=-2", "23514 items_n_check 4: id=4 region=eu   note= n=-1", "23514 items_n_check 5: id=5 region=eu   note= n=0"],
            page.Rejects.Select(reject => $"{reject.SqlState} {reject.Constraint ?? "items"} {reject.Key!.Single().Value}: "
                + string.Join(' ', reject.Record.Select(each => $"{each.Key}={each.Value}"))));
        Assert.All(page.Rejects, reject => Assert.False(reject.Waiting));
    }

    [Fact]
    public async Task Rejected_record_with_an_array_of_padded_texts_is_told()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, codes char(3)[], n int CHECK (n > 0))");
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        await bench.LoadAsync(plan, "SELECT 1, ARRAY['a', 'bc']::char(3)[], 0");

        Assert.Equal("{\"a  \",\"bc \"}", Assert.Single((await ReadAsync(bench)).Rejects).Record.Single(each => each.Key == "codes").Value);
    }

    [Fact]
    public async Task Pages_go_on_behind_the_last_and_end_where_records_are_large()
    {
        await using var bench = await StartAsync();
        await bench.Database.ExecuteAsync($$"""
            INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred, image)
            SELECT '{{bench.Job.JobId}}', 1, 0, i % 2, i, 'It does not fit.', i = 3, '\x0001ffffffff'::bytea || convert_to(repeat('x', 400000), 'UTF8') FROM generate_series(1, 7) i
            """);
        var (found, pages) = (new List<LoggedReject>(), 0);
        for (var page = await ReadAsync(bench, limit: 4); ; page = await ReadAsync(bench, limit: 4, found[^1].Place))
        {
            Assert.InRange(page.Rejects.Count, 0, 3);
            found.AddRange(page.Rejects);
            pages++;
            if (page.IsLast) break;
        }

        Assert.Equal([2, 4, 6, 1, 3, 5, 7], found.Select(reject => (int)reject.Place.RowNo));
        Assert.Equal([3], found.Where(reject => reject.Waiting).Select(reject => (int)reject.Place.RowNo));
        Assert.InRange(pages, 3, 4);
    }

    [Fact]
    public async Task Record_that_cannot_be_read_is_told_without_what_it_held_and_hides_no_other()
    {
        await using var bench = await StartAsync();
        await bench.Database.ExecuteAsync($$"""
            INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred, image) VALUES
                ('{{bench.Job.JobId}}', 1, 0, 0, 1, 'a', false, '\x00020000000400000007ffffffff'), ('{{bench.Job.JobId}}', 1, 0, 0, 2, 'b', false, '\x000200000002000affffffff'),
                ('{{bench.Job.JobId}}', 1, 0, 0, 3, 'c', false, NULL), ('{{bench.Job.JobId}}', 1, 0, 0, 4, 'd', false, '\x0001')
            """);

        var page = await ReadAsync(bench);

        Assert.Equal(["7", null, null, null], page.Rejects.Select(reject => reject.Key?.Single().Value));
        Assert.Equal([2, 0, 0, 0], page.Rejects.Select(reject => reject.Record.Count));
    }

    [Fact]
    public async Task Row_that_a_rollback_has_left_is_told_with_all_three_values()
    {
        await using var bench = await StartAsync();
        await bench.Database.ExecuteAsync($$"""
            INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred, conflict, key, before, written, now)
            VALUES ('{{bench.Job.JobId}}', 1, 0, 0, 1, 'Somebody has changed it since.', false, 'changed', '{7}', '{NULL,old}', '{NULL,new}', '{7,mine}')
            """);

        var reject = Assert.Single((await ReadAsync(bench)).Rejects);

        Assert.Equal("7", reject.Key!.Single().Value);
        Assert.Equal(ConflictKind.Changed, reject.Conflict!.Kind);
        Assert.Equal([new ConflictField("note", "old", "new", "mine")], reject.Conflict.Fields);
    }

    [Theory]
    [InlineData("'changed', '{7}', NULL, '{7,NULL}', '{7,filled,mine}'", "id:7-7 note:-filled rest0:-mine")]
    [InlineData("'changed', '{7}', NULL, NULL, '{7,filled,mine}'", "id:-7 note:-filled rest0:-mine")]
    [InlineData("'taken', '{7}', '{7,NULL,hand}', NULL, '{7,other,mine}'", "id:-7 note:-other rest0:-mine")]
    [InlineData("'gone', '{7}', '{NULL,old}', '{NULL,new}', NULL", "note:new-")]
    public async Task Every_field_of_a_whole_row_that_was_left_is_told(string recorded, string told)
    {
        await using var bench = await StartAsync();
        await bench.Database.ExecuteAsync($$"""
            UPDATE headgate.job_object SET rest_fields = '{rest0}' WHERE job_id = '{{bench.Job.JobId}}';
            INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred, conflict, key, before, written, now)
            VALUES ('{{bench.Job.JobId}}', 1, 0, 0, 1, 'Left.', false, {{recorded}})
            """);

        var reject = Assert.Single((await ReadAsync(bench)).Rejects);

        Assert.Equal(told, string.Join(' ', reject.Conflict!.Fields.Select(field => $"{field.Field}:{field.Written}-{field.Now}")));
    }

    [Fact]
    public async Task Pages_of_conflicts_end_where_their_values_are_large()
    {
        await using var bench = await StartAsync();
        await bench.Database.ExecuteAsync($$"""
            INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred, conflict, key, before, written, now)
            SELECT '{{bench.Job.JobId}}', 1, i / 5, i % 2, i, 'Left.', false, 'changed', ARRAY[i::text], ARRAY[NULL, repeat('b', 200000)], ARRAY[NULL, repeat('w', 200000)],
                   ARRAY[i::text, repeat('n', 200000)]
            FROM generate_series(1, 9) i
            """);
        var (rows, pages) = (new List<long>(), 0);
        for (RejectPlace? after = null; ;)
        {
            var page = await ReadAsync(bench, limit: 1000, after);
            Assert.InRange(page.Rejects.Count, 0, 2);
            rows.AddRange(page.Rejects.Select(reject => reject.Place.RowNo));
            pages++;
            if (page.IsLast) break;
            after = page.Rejects[^1].Place;
        }

        Assert.Equal([2, 4, 1, 3, 6, 8, 5, 7, 9], rows);
        Assert.Equal(5, pages);
        var second = await bench.Destination.ReadRejectsAsync(new RejectQuery { JobId = bench.Job.JobId, Limit = 9, Objects = [1], Attempt = 1 }, default);
        Assert.Equal([6, 8], second.Rejects.Select(reject => (int)reject.Place.RowNo));
    }

    [Fact]
    public async Task Rejects_under_the_schema_of_an_earlier_version_are_told_by_why_alone()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text CHECK (note <> 'no'))");
        await Schema.OlderSchema.InstallAsync(bench.Database, before: 5);
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        await bench.LoadAsync(plan, "VALUES (1, 'no'), (2, 'yes')");

        var reject = Assert.Single((await ReadAsync(bench)).Rejects);

        Assert.Equal(("23514", null, 0), (reject.SqlState, reject.Key, reject.Record.Count));
        Assert.Empty((await bench.Destination.ReadRejectsAsync(new RejectQuery { JobId = Guid.NewGuid(), Limit = 10 }, default)).Rejects);
    }

    static async Task<LoadBench> StartAsync()
    {
        var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text)");
        await bench.Destination.ApplyChangesAsync(bench.Job, [await bench.PlanAsync("items", ["id"])], default);
        return bench;
    }

    static Task<RejectPage> ReadAsync(LoadBench bench, int limit = 10, RejectPlace? after = null) =>
        bench.Destination.ReadRejectsAsync(new RejectQuery { JobId = bench.Job.JobId, Limit = limit, After = after }, default);
}
