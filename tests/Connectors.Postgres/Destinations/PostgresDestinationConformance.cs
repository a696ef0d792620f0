using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class PostgresDestinationConformance : DestinationConformance, IAsyncLifetime
{
    LoadBench _bench = null!;

    protected override IDestination Destination => _bench.Destination;

    protected override IFence Fence => _bench.Fence;

    public async Task InitializeAsync() =>
        _bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note varchar(10))", open: false);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    protected override Task<ObjectPlan> CreateAsync() => _bench.PlanAsync("items", ["id"], directCopy: true);

    protected override async Task<IReadOnlyDictionary<int, string?>> ContentAsync(ObjectPlan plan)
    {
        await using var command = _bench.Database.DataSource.CreateCommand($"SELECT id, note FROM {plan.To}");
        await using var reader = await command.ExecuteReaderAsync();
        var content = new SortedDictionary<int, string?>();
        while (await reader.ReadAsync()) content.Add(reader.GetInt32(0), await reader.IsDBNullAsync(1) ? null : reader.GetString(1));
        return content;
    }
}
