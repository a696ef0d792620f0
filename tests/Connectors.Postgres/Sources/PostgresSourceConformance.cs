using Headgate.Connectors.Conformance;
using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class PostgresSourceConformance : SourceConformance, IAsyncLifetime
{
    SourceBench _bench = null!;

    protected override ISource Source => _bench.Source;

    public async Task InitializeAsync() => _bench = await SourceBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    protected override async Task<ObjectPlan> CreateAsync(IReadOnlyList<ConformanceRow> rows)
    {
        // Filled pages, so that 100 short records take several blocks.
        await _bench.From.ExecuteAsync(
            "CREATE TABLE items (id int PRIMARY KEY, changed timestamptz NOT NULL, note text NOT NULL, filler char(1000) NOT NULL DEFAULT '')");
        var fields = new Dictionary<string, string> { ["id"] = "id", ["changed"] = "changed", ["note"] = "note" };
        var plan = await _bench.PlanAsync(SourceBench.Object("items") with { Cursor = "changed", Fields = fields });
        await AddAsync(plan, rows);
        return plan;
    }

    protected override async Task AddAsync(ObjectPlan plan, IReadOnlyList<ConformanceRow> rows)
    {
        await using var command = _bench.From.DataSource.CreateCommand(
            "INSERT INTO items (id, changed, note) SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::text[])");
        command.Parameters.Add(new() { Value = rows.Select(r => r.Id).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Changed.UtcDateTime).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Note).ToArray() });
        await command.ExecuteNonQueryAsync();
    }

    protected override Task<int> OpenTransactionsAsync() => _bench.From.ScalarAsync<int>(
        "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'headgate-source' AND xact_start IS NOT NULL");
}
