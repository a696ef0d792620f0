using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class PlanRulesTests
{
    const string Items = "CREATE TABLE items (id int PRIMARY KEY, name text, hand text); INSERT INTO items VALUES (1, 'old')";

    const string Nothing = "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN coalesce(NEW, OLD); END $$;";

    [Theory]
    [InlineData("ALTER TABLE items DROP COLUMN name", "fields-changed")]
    [InlineData("ALTER TABLE items ALTER name TYPE varchar(9)", "fields-changed")]
    [InlineData("ALTER TABLE items DROP CONSTRAINT items_pkey", "key-missing")]
    [InlineData("DROP TABLE items", "object-missing")]
    [InlineData("ALTER TABLE items RENAME TO other; CREATE VIEW items AS SELECT * FROM other", "key-missing")]
    [InlineData(Nothing + "CREATE TRIGGER t AFTER UPDATE ON items FOR EACH ROW EXECUTE FUNCTION nothing()", "triggers")]
    [InlineData(Nothing + "CREATE TRIGGER t AFTER DELETE ON items FOR EACH ROW EXECUTE FUNCTION nothing()", "triggers")]
    [InlineData("CREATE RULE r AS ON DELETE TO items DO ALSO NOTHING", "rules")]
    [InlineData("CREATE TABLE kids (name text REFERENCES items (name) ON UPDATE CASCADE)", "triggers", "ALTER TABLE items ADD UNIQUE (name)")]
    [InlineData("DELETE FROM headgate.job_object", "nothing-recorded")]
    public async Task What_cannot_be_undone_is_told_while_planning(string change, string code, string setup = "SELECT 1")
    {
        await using var bench = await UndoBench.StartAsync($"{Items}; {setup}");
        var job = await WriteAsync(bench);
        await bench.Load.Database.ExecuteAsync(change);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync(job));

        Assert.Equal((code, 0), (error.Problem.Code, Assert.Single(error.Blocked).ObjectNo));
    }

    [Fact]
    public async Task A_trigger_that_is_accepted_keeps_nothing_from_being_undone()
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var job = await WriteAsync(bench);
        await bench.Load.Database.ExecuteAsync($"{Nothing} CREATE TRIGGER t BEFORE UPDATE OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION nothing()");
        var plans = await bench.PlanAsync(job, allowTriggers: true);
        var counts = await bench.RunAsync(await bench.BeginAsync(), plans);
        Assert.Equal((1, 1), (counts.Updated, counts.Deleted));
        Assert.Equal(["(1,old,)"], await bench.RowsAsync());
    }

    [Fact]
    public async Task A_field_that_the_job_did_not_write_is_refused()
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var error = await Assert.ThrowsAsync<ConnectorException>(async () => await bench.PlanAsync(await WriteAsync(bench), fields: ["hand"]));
        Assert.Equal("field-missing", error.Problem.Code);
    }

    [Fact]
    public async Task Rights_and_policies_of_the_role_are_asked_about_while_planning()
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var job = await WriteAsync(bench);
        var role = $"undoer_{Guid.NewGuid():N}";
        await bench.Load.Database.ExecuteAsync($"""
            CREATE ROLE {role} LOGIN PASSWORD 'p'; GRANT USAGE ON SCHEMA headgate TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA headgate TO {role};
            GRANT SELECT, INSERT, UPDATE ON items TO {role}; CREATE TABLE kids (item int REFERENCES items ON DELETE CASCADE)
            """);
        try
        {
            await using var destination = new PostgresDestination(
                new NpgsqlConnectionStringBuilder(bench.Load.Database.ConnectionString) { Username = role, Password = "p", Pooling = false }.ConnectionString);
            Assert.Equal("rows-hidden", await ProblemAsync(destination, job));
            await bench.Load.Database.ExecuteAsync($"GRANT SELECT ON kids TO {role}");
            Assert.Equal("permission", await ProblemAsync(destination, job));
            await bench.Load.Database.ExecuteAsync($"GRANT DELETE ON items TO {role}");
            Assert.Null(await ProblemAsync(destination, job));
            await bench.Load.Database.ExecuteAsync("ALTER TABLE items ENABLE ROW LEVEL SECURITY");
            Assert.Equal("row-security", await ProblemAsync(destination, job));
        }
        finally
        {
            await bench.Load.Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task What_would_be_done_is_counted_without_doing_it()
    {
        await using var bench = await UndoBench.StartAsync($"{Items}; INSERT INTO items SELECT i, 'old' FROM generate_series(2, 5) i; CREATE TABLE kids (item int REFERENCES items)");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', NULL::text FROM generate_series(2, 9) i");
        await bench.Load.Database.ExecuteAsync(
            "UPDATE items SET name = 'by hand' WHERE id = 2; UPDATE items SET name = 'old' WHERE id = 3; INSERT INTO kids VALUES (9); DELETE FROM items WHERE id = 8");
        var before = await bench.RowsAsync();
        var planned = Assert.Single(await bench.PlanAsync(job));

        var previews = new List<UndoPreview>();
        foreach (var segment in planned.Segments) previews.Add(await bench.Load.Destination.PreviewUndoAsync(planned.Plan, segment.Range, [planned.Plan], default));

        Assert.Equal(
            (2, 2, 0, 2, 2), (previews.Sum(p => p.PutBack), previews.Sum(p => p.InsertsDeleted), previews.Sum(p => p.DeletesRestored), previews.Sum(p => p.Unchanged), previews.Sum(p => p.Conflicts)));
        Assert.Equal(before, await bench.RowsAsync());
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 3)]
    public async Task Rows_that_only_rows_refer_to_which_are_undone_too_are_in_no_conflict(bool isWhole, int conflicts)
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, boss int REFERENCES items); INSERT INTO items VALUES (1, NULL);
            CREATE TABLE kids (id int PRIMARY KEY, item int REFERENCES items); INSERT INTO kids VALUES (1, 1)
            """);
        var (items, kids) = (await bench.Load.PlanAsync("items", ["id"]), await bench.Load.PlanAsync("kids", ["id"]));
        kids = kids with { ObjectNo = 1, Level = 1 };
        var job = await bench.BeginAsync();
        await bench.Load.Destination.ApplyChangesAsync(job, [items, kids], default);
        await bench.WriteSegmentAsync(job, items, "SELECT i, i - 1 FROM generate_series(2, 6) i");
        await bench.WriteSegmentAsync(job, kids, "SELECT i, 2 + i FROM generate_series(1, 3) i");

        var planned = await bench.PlanAsync(job, objects: isWhole ? [0, 1] : [0]);
        var plans = planned.Select(each => each.Plan).ToList();
        var previews = new List<UndoPreview>();
        foreach (var each in planned)
            foreach (var segment in each.Segments) previews.Add(await bench.Load.Destination.PreviewUndoAsync(each.Plan, segment.Range, plans, default));
        var told = previews.Sum(preview => preview.Conflicts);
        var counts = await bench.RunAsync(await bench.BeginAsync(), planned);

        Assert.Equal(conflicts, told);
        Assert.Equal(isWhole ? 0 : 4, counts.Rejected);
    }

    [Fact]
    public async Task What_a_job_wrote_is_looked_up_once_for_all_parts_that_are_looked_at_together()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY); CREATE TABLE kids (id int PRIMARY KEY, item int REFERENCES items)
            """);
        var (items, kids) = (await bench.Load.PlanAsync("items", ["id"]), await bench.Load.PlanAsync("kids", ["id"]));
        kids = kids with { ObjectNo = 1, Level = 1 };
        var job = await bench.BeginAsync();
        await bench.Load.Destination.ApplyChangesAsync(job, [items, kids], default);
        await bench.WriteSegmentAsync(job, items, "SELECT generate_series(1, 3)");
        await bench.WriteSegmentAsync(job, kids, "SELECT i, i FROM generate_series(1, 3) i");
        var planned = await bench.PlanAsync(job, objects: [0, 1]);
        var plans = planned.Select(each => each.Plan).ToList();
        var (plan, range) = (planned[0].Plan, planned[0].Segments.Single().Range);
        async Task<long> ConflictsAsync(IReadOnlyList<ObjectPlan> together) =>
            (await bench.Load.Destination.PreviewUndoAsync(plan, range, together, default)).Conflicts;

        Assert.Equal(0, await ConflictsAsync(plans));
        // Whoever looked again would not find any more that the job wrote what refers to the items.
        await bench.Load.Database.ExecuteAsync("DELETE FROM headgate.change_group WHERE object_no = 1; DELETE FROM headgate.change_block WHERE object_no = 1");
        Assert.Equal(0, await ConflictsAsync(plans));
        Assert.Equal(3, await ConflictsAsync([.. plans]));
    }

    static async Task<JobTicket> WriteAsync(UndoBench bench)
    {
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        return await bench.WriteAsync(plan with { Fields = [.. plan.Fields.Take(2)] }, "SELECT 1, 'new' UNION ALL SELECT 2, 'newer'");
    }

    static async Task<string?> ProblemAsync(PostgresDestination destination, JobTicket job)
    {
        try
        {
            await destination.PlanUndoAsync(
                [new ObjectToUndo { ObjectNo = 0, OfJobId = job.JobId, OfObjectNo = 0, To = "items" }], new WriteOptions { Load = new LoadDefinition() }, default);
            return null;
        }
        catch (ConnectorException error)
        {
            return error.Problem.Code;
        }
    }
}
