using Headgate.Connectors.Conformance;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class DirectCopyTests
{
    [Fact]
    public async Task A_key_that_is_there_already_asks_for_upsert_and_the_segment_stays_with_it()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text)");
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
        var ticket = bench.Ticket(20, empty: true);
        var records = await bench.RecordsAsync("SELECT i, 'note' FROM generate_series(1, 20) i");
        await bench.Database.ExecuteAsync("INSERT INTO items VALUES (5, 'human')");

        await using (var transaction = await bench.Destination.BeginBatchAsync(ticket, plan, default))
        {
            Assert.True(transaction.DirectCopy);
            var error = await Assert.ThrowsAsync<ConnectorException>(() => transaction.WriteAsync(new StagedBatch(0, records), default));
            Assert.Equal((LoadRemedy.Upsert, "items_pkey"), (error.Remedy, error.Constraint));
        }

        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, ticket, plan, records, batch: 10));

        Assert.Equal(20, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        Assert.Equal("upsert", await bench.Database.ScalarAsync<string>("SELECT path FROM headgate.ledger"));
        Assert.Equal(["(update,human)"], await bench.RowsAsync("SELECT operation, before[2] FROM headgate.change WHERE key = '{5}'"));
    }

    [Fact]
    public async Task A_batch_that_holds_another_number_of_records_is_refused()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text)");
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
        await using var transaction = await bench.Destination.BeginBatchAsync(bench.Ticket(2, empty: true), plan, default);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => transaction.WriteAsync(new Misnumbered(), default));

        Assert.Equal("batch-broken", error.Problem.Code);
    }

    [Fact]
    public async Task A_batch_out_of_turn_is_refused()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text)");
        var plan = await bench.PlanAsync("items", ["id"]);
        await using var transaction = await bench.Destination.BeginBatchAsync(bench.Ticket(2), plan, default);

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => transaction.WriteAsync(new StagedBatch(1, [StagedBatch.Tuple(1, "one")]), default));

        Assert.Equal("batch-misplaced", error.Problem.Code);
    }

    [Fact]
    public async Task A_column_whose_type_was_changed_since_is_no_fault_of_the_records()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note int)");
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
        var records = await bench.RecordsAsync("SELECT 1, 2");
        await bench.Database.ExecuteAsync("ALTER TABLE items ALTER note TYPE bigint");

        foreach (var empty in new[] { true, false })
        {
            await using var transaction = await bench.Destination.BeginBatchAsync(bench.Ticket(1, segment: empty ? 0 : 1, empty), plan, default);
            var error = await Assert.ThrowsAsync<ConnectorException>(() => transaction.WriteAsync(new StagedBatch(0, records), default));
            Assert.Equal((LoadRemedy.None, "type-mismatch"), (error.Remedy, error.Problem.Code));
        }
    }

    sealed class Misnumbered : Records.IRecordBatch
    {
        public long FirstRow => 0;

        public int Rows => 2;

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken) =>
            new StagedBatch(0, [StagedBatch.Tuple(1, "one")]).ReadAsync(cancellationToken);
    }
}
