using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

/// <summary>A worker with no right that it does not need.</summary>
public sealed class WriterTests
{
    [Fact]
    public async Task What_the_fence_grants_is_enough_to_delete_what_vanished()
    {
        await using var load = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY); INSERT INTO items VALUES (1), (2)", open: false);
        var writer = $"writer_{Guid.NewGuid():N}";
        await load.Database.ExecuteAsync($"CREATE ROLE {writer} LOGIN PASSWORD 'p'; GRANT SELECT, INSERT, UPDATE, DELETE ON items TO {writer}");
        await load.Fence.MoveAsync(load.Move(1, open: true) with { Writer = writer }, default);
        var connection = new NpgsqlConnectionStringBuilder(load.Database.ConnectionString) { Username = writer, Password = "p" };
        await using (var destination = new PostgresDestination(connection.ConnectionString))
        {
            var plan = (await load.PlanAsync("items", ["id"])) with { Vanished = OnVanished.Delete };
            Assert.NotNull(await destination.ApplyChangesAsync(load.Job, [plan], default));
            var records = await load.RecordsAsync("SELECT 1");
            Assert.Null(await Conformance.SegmentLoop.RunAsync(destination, load.Ticket(1), plan, records));
            var ticket = new FinishTicket { Job = load.Job, ObjectNo = 0, Segments = new Dictionary<int, long> { [0] = 1 } };
            FinishedBatch batch;
            do batch = await destination.FinishBatchAsync(ticket, plan, 64, default);
            while (!batch.Done);
            Assert.Equal(1, batch.Vanished);
        }

        await load.Database.ExecuteAsync($"DROP OWNED BY {writer}; DROP ROLE {writer}");
    }
}
