using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class ShapeChangeTests
{
    static readonly PlannedChange CreateTable = new()
    {
        Statement = "CREATE TABLE public.items (id int PRIMARY KEY, note text)",
        Inverse = "DROP TABLE public.items",
        Description = "Create the table",
    };

    [Fact]
    public async Task Changes_are_made_in_order_and_logged_with_their_inverse()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE full_one (id int PRIMARY KEY); INSERT INTO full_one VALUES (1)");
        var items = Plan("public.items", CreateTable,
            new PlannedChange { Statement = "ALTER TYPE public.mood ADD VALUE IF NOT EXISTS 'happy'", Description = "Add a label" },
            new PlannedChange { Statement = "ALTER TABLE public.items ADD COLUMN mood public.mood DEFAULT 'happy'", Description = "Add a column" });
        var full = Plan("public.full_one") with { ObjectNo = 1 };

        Assert.Equal([0], await bench.Destination.ApplyChangesAsync(bench.Job, [items, full], default));

        Assert.Equal(["(0,\"Create the table\",\"DROP TABLE public.items\")", "(1,\"Add a label\",)", "(2,\"Add a column\",)"],
            await bench.RowsAsync("SELECT seq, description, inverse FROM headgate.schema_change ORDER BY seq"));
        Assert.Equal(["(0,public.items,t)", "(1,public.full_one,f)"],
            await bench.RowsAsync("SELECT object_no, table_name, found_empty FROM headgate.job_object ORDER BY object_no"));
    }

    [Fact]
    public async Task Asked_again_they_are_not_made_again_and_the_answer_is_the_same()
    {
        await using var bench = await LoadBench.StartAsync();
        // This one would fail if it ran twice.
        var plan = Plan("public.items", CreateTable, new PlannedChange { Statement = "ALTER TABLE public.items RENAME note TO remark", Description = "Rename" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => bench.Destination.ApplyChangesAsync(bench.Job, [plan], default)));
        await bench.Database.ExecuteAsync("INSERT INTO items VALUES (1)");
        var later = await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);

        Assert.All([.. answers, later], a => Assert.Equal([0], a));
        Assert.Equal(2, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.schema_change"));
    }

    [Fact]
    public async Task An_object_that_is_planned_anew_keeps_the_fields_and_the_key_that_its_log_is_read_by()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (a int PRIMARY KEY, b int, c int)");
        var plan = await bench.PlanAsync("items", ["a"]);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);

        foreach (var anew in new[] { plan with { Fields = [plan.Fields[0], plan.Fields[2]] }, plan with { Key = [0, 1] } })
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Destination.ApplyChangesAsync(bench.Job, [anew], default));
            Assert.Equal(("fields-changed", false), (error.Problem.Code, error.Problem.Retryable));
        }

        Assert.Equal([0], await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default));
    }

    [Fact]
    public async Task What_somebody_else_has_made_meanwhile_is_taken_as_made_and_is_not_ours_to_take_back()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text); INSERT INTO items VALUES (1)");

        Assert.Equal([], await bench.Destination.ApplyChangesAsync(bench.Job, [Plan("public.items", CreateTable)], default));

        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.schema_change"));
    }

    [Fact]
    public async Task Behind_the_fence_nothing_is_changed()
    {
        await using var bench = await LoadBench.StartAsync();
        await bench.MoveAsync(2, open: false);

        Assert.Null(await bench.Destination.ApplyChangesAsync(bench.Job, [Plan("public.items", CreateTable)], default));
        Assert.False(await bench.Database.ScalarAsync<bool>("SELECT to_regclass('public.items') IS NOT NULL"));
    }

    [Fact]
    public async Task A_lock_that_others_hold_is_asked_for_again_until_it_is_had()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY)");
        var plan = Plan("public.items", new PlannedChange { Statement = "ALTER TABLE public.items ADD COLUMN note text", Description = "Add note" });
        await using var person = await bench.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await person.BeginTransactionAsync();
        await Sql.RunAsync(person, "SELECT * FROM items");

        var applying = bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        await BlockedSessions.WaitAsync(bench.Database, "headgate-destination");
        await BlockedSessions.UntilAsync(bench.Database,
            "SELECT count(*) = 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND application_name = 'headgate-destination'");
        await transaction.CommitAsync();

        Assert.Equal([0], await applying);
    }

    [Fact]
    public async Task A_statement_that_fails_leaves_nothing_and_says_so()
    {
        await using var bench = await LoadBench.StartAsync();
        var plan = Plan("public.items", new PlannedChange { Statement = "CREATE TABLE nowhere.items (id int)", Description = "Create" });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Destination.ApplyChangesAsync(bench.Job, [plan], default));

        Assert.Equal("object-missing", error.Problem.Code);
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.schema_change"));
    }

    static ObjectPlan Plan(string to, params PlannedChange[] changes) => new()
    {
        ObjectNo = 0,
        From = to,
        To = to,
        Fields = [new FieldPlan { Name = "id", Source = "id", StagedType = "integer", DestinationType = "integer" }],
        Key = [0],
        Blocks = false,
        KeyGuaranteed = true,
        Level = 0,
        DirectCopy = true,
        SingleTable = true,
        Changes = changes,
        EstimatedRows = -1,
    };
}
