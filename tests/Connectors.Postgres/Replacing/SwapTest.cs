using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>A table that is loaded anew beside the one that is there.</summary>
public abstract class SwapTest : IAsyncLifetime
{
    private protected LoadBench Bench { get; private set; } = null!;

    public async Task InitializeAsync() => Bench = await LoadBench.StartAsync("""
        CREATE SCHEMA src;
        CREATE TABLE src.items (id int PRIMARY KEY, name text, qty int);
        INSERT INTO src.items SELECT i, 'n' || i, i FROM generate_series(1, 100) i;
        CREATE TABLE items (id bigint PRIMARY KEY, name varchar(9) NOT NULL DEFAULT 'x', gone text, CONSTRAINT short CHECK (length(name) < 9));
        CREATE INDEX by_name ON items (name) WHERE name <> '';
        CREATE INDEX by_gone ON items (gone);
        COMMENT ON TABLE items IS 'it''s ours'; COMMENT ON COLUMN items.name IS 'the name';
        GRANT SELECT, INSERT ON items TO PUBLIC; GRANT UPDATE (name) ON items TO pg_monitor;
        ALTER TABLE items SET (fillfactor = 80);
        INSERT INTO items SELECT i, 'old', 'g' FROM generate_series(1, 40) i;
        """);

    public async Task DisposeAsync() => await Bench.DisposeAsync();

    private protected async Task<JobTicket> LaterJobAsync(string? writer = null)
    {
        var next = Bench.Job with { JobId = Guid.NewGuid() };
        await Bench.Fence.MoveAsync(Bench.Move(1, open: true) with { JobId = next.JobId, JobNo = 2, Writer = writer }, default);
        return next;
    }

    private protected async Task<ObjectPlan> PlanAsync(params string[] key)
    {
        await using var source = new Postgres.Sources.PostgresSource(Bench.Database.ConnectionString);
        var definition = new ObjectDefinition { From = "src.items", To = "items", Key = key.Length == 0 ? ["id"] : key };
        var found = await source.DescribeAsync([(0, definition)], default);
        var options = new WriteOptions { Load = new LoadDefinition(), NewTables = new Dictionary<int, string> { [0] = "headgate_new_1" } };
        return (await Bench.Destination.PlanAsync([(found[0], definition)], options, default))[0];
    }

    private protected async Task<ObjectPlan> LoadedAsync(params string[] key)
    {
        var plan = await PlanAsync(key);
        Assert.Equal([0], await Bench.Destination.ApplyChangesAsync(Bench.Job, [plan], default));
        await Bench.LoadAsync(plan, "SELECT id, name, qty FROM src.items ORDER BY id", empty: true);
        return plan;
    }

    private protected FinishTicket Ticket() => new() { Job = Bench.Job, ObjectNo = 0, Segments = new Dictionary<int, long> { [0] = 100 } };

    private protected async Task SwapAsync(ObjectPlan plan) => Assert.True((await Bench.Destination.FinishBatchAsync(Ticket(), plan, 1, default)).Done);
}
