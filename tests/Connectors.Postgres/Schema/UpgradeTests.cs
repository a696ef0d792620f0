using Headgate.Connectors.Conformance;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Connectors.Postgres.Tests.Undoing;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Schema;

/// <summary>Jobs that were launched under the schema of the version before, and what becomes of their log.</summary>
public sealed class UpgradeTests
{
    const int Repair = 5;
    const int Versions = 6;
    const string Items = "CREATE TABLE items (id int PRIMARY KEY, note varchar(10) UNIQUE)";
    const string Log = "SELECT table_name, key, operation, field, before, after FROM headgate.changes ORDER BY key, field, operation";

    [Theory]
    [InlineData(Repair)]
    [InlineData(Versions)]
    public async Task Job_that_was_launched_before_goes_on_with_what_was_there_then(int version)
    {
        await using var bench = await LoadBench.StartAsync(Items);
        var before = await OlderSchema.InstallAsync(bench.Database, version);

        await LoadAsync(bench);

        var counts = await bench.MoveAsync(2, open: false);
        Assert.Equal((3, 1, 1, 0), (counts[0].Written, counts[0].Inserted, counts[0].Updated, counts[0].Deleted));
        Assert.Equal(before, await bench.Database.ScalarAsync<int>("SELECT max(version) FROM headgate.schema_version"));
    }

    [Fact]
    public async Task Log_of_before_is_kept_and_what_is_logged_from_then_on_says_who_wrote_it_and_when()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await OlderSchema.InstallAsync(bench.Database, Repair);
        await LoadAsync(bench);
        var log = await bench.RowsAsync(Log);
        Assert.NotEmpty(log);

        await bench.MoveAsync(2, open: true);

        Assert.Equal(log, await bench.RowsAsync(Log));
        Assert.Equal(["(upsert,3)"], await bench.RowsAsync("SELECT path, next_row FROM headgate.ledger"));
        var later = bench.Ticket(1, segment: 1) with { Job = bench.Job with { Epoch = 2 } };
        var plan = await bench.PlanAsync("items", ["id"]);
        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, later, plan, [StagedBatch.Tuple(9, "nine")]));
        Assert.Equal(
            ["(f,f)", "(t,t)"],
            await bench.RowsAsync("""
                SELECT DISTINCT g.xid IS NOT NULL, g.xid IS NOT NULL AND g.xid = (SELECT xmin::text::xid8 FROM items WHERE id = 9)
                FROM headgate.change_group g ORDER BY 1
                """));
    }

    [Fact]
    public async Task What_was_logged_before_versions_were_is_planned_to_be_undone_and_read_before_the_schema_is_up_to_date()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, name text, at timestamptz DEFAULT now())");
        await OlderSchema.InstallAsync(bench.Database, Versions);
        var plan = await bench.PlanAsync("items", ["id"]);
        plan = plan with { Fields = [.. plan.Fields.Take(2)] };
        Assert.NotNull(await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default));
        await bench.LoadAsync(plan, "SELECT i, 'a' FROM generate_series(1, 3) i");
        var undo = new UndoBench(bench);

        var planned = Assert.Single(await undo.PlanAsync(bench.Job));
        var entries = await undo.ReadAsync(planned.Plan, Assert.Single(planned.Segments));

        Assert.True(planned.Plan.LogsVersions);
        Assert.Equal(3, entries.Count);
    }

    [Fact]
    public async Task Ledger_counts_what_is_deleted_and_the_fence_tells_of_it()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench);
        await bench.Database.ExecuteAsync("UPDATE headgate.ledger SET updated = updated - 1, deleted = 1");

        var ledger = Assert.Single(await bench.Fence.ReadLedgerAsync(bench.Job.JobId, bench.Job.Attempt, default));
        Assert.Equal((3, 1), (ledger.Counts.Written, ledger.Counts.Deleted));
        await using (var batch = await bench.Destination.BeginBatchAsync(bench.Ticket(3, empty: true), await bench.PlanAsync("items", ["id"]), default))
            Assert.Equal((3, 1), (batch.Counts.Written, batch.Counts.Deleted));
        Assert.Equal((3, 1), (await bench.MoveAsync(2, open: false))[0] is var counts ? (counts.Written, counts.Deleted) : default);
        var broken = await Assert.ThrowsAsync<PostgresException>(() => bench.Database.ExecuteAsync("UPDATE headgate.ledger SET deleted = 2"));
        Assert.Equal("ledger_taken_check", broken.ConstraintName);
    }

    [Fact]
    public async Task Images_of_rejected_records_are_kept_with_the_types_that_they_were_staged_as()
    {
        await using var bench = await LoadBench.StartAsync(Items);
        await LoadAsync(bench);
        Assert.Equal("{integer,text}", await bench.Database.ScalarAsync<string>("SELECT staged::text FROM headgate.job_object"));
    }

    [Fact]
    public async Task Writer_who_copies_when_the_schema_is_brought_up_to_date_goes_on()
    {
        var role = $"writer_{Guid.NewGuid():N}"[..20];
        await using var bench = await LoadBench.StartAsync($"""
            CREATE ROLE {role} LOGIN PASSWORD 'p'; {Items}; GRANT SELECT, INSERT, UPDATE ON items TO {role}
            """);
        try
        {
            await OlderSchema.InstallAsync(bench.Database, Repair);
            await bench.Database.ExecuteAsync($"GRANT USAGE ON SCHEMA headgate TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA headgate TO {role}");
            await using var destination = new PostgresDestination(
                new NpgsqlConnectionStringBuilder(bench.Database.ConnectionString) { Username = role, Password = "p" }.ConnectionString);
            var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
            await destination.ApplyChangesAsync(bench.Job, [plan], default);
            Assert.Null(await SegmentLoop.RunAsync(destination, bench.Ticket(1, empty: true), plan, [StagedBatch.Tuple(1, "one")]));

            var another = new FenceMove { PipelineId = Guid.NewGuid(), JobId = Guid.NewGuid(), JobNo = 1, Attempt = 1, Epoch = 1, Open = true };
            Assert.IsType<FenceMoveResult.Moved>(await bench.Fence.MoveAsync(another, default));

            Assert.Null(await SegmentLoop.RunAsync(destination, bench.Ticket(1, segment: 1, empty: true), plan, [StagedBatch.Tuple(2, "two")]));
            Assert.Equal(["(0,f)", "(1,t)"], await bench.RowsAsync("SELECT segment_no, seq IS NOT NULL FROM headgate.change_block ORDER BY 1"));
        }
        finally
        {
            await bench.Database.ExecuteAsync($"DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
        }
    }

    // One record each that is inserted, rejected, and changed.
    static async Task LoadAsync(LoadBench bench)
    {
        var plan = await bench.PlanAsync("items", ["id"], directCopy: false, ("note", "text"));
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        byte[][] records = [StagedBatch.Tuple(1, "one"), StagedBatch.Tuple(2, "far too long for it"), StagedBatch.Tuple(1, "uno")];
        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(3, empty: true), plan, records));
        await bench.Destination.RetryDeferredAsync(bench.Ticket(3, empty: true), plan, () => { }, default);
        Assert.Equal(["(1,uno)"], await bench.RowsAsync("SELECT * FROM items"));
    }
}
