using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class OnceTests : IAsyncLifetime
{
    LoadBench _bench = null!;
    ObjectPlan _plan = null!;

    public async Task InitializeAsync()
    {
        // A key that counts writes: a batch that took effect twice would show.
        _bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, note text);
            CREATE TABLE writes (id int);
            CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.writes VALUES (new.id); RETURN new; END';
            CREATE TRIGGER counting AFTER INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION count_write();
            """);
        _plan = await _bench.PlanAsync("items", ["id"]);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Another_delivery_of_a_segment_in_hand_is_skipped()
    {
        var ticket = _bench.Ticket(1);
        await (await _bench.Destination.BeginBatchAsync(ticket, _plan, default)).DisposeAsync();
        await using (var first = await _bench.Destination.BeginBatchAsync(ticket, _plan, default))
        {
            await first.WriteAsync(new StagedBatch(0, [StagedBatch.Tuple(1, "one")]), default);
            await first.CommitAsync();
        }

        await using var holding = await _bench.Destination.BeginBatchAsync(ticket, _plan, default);
        await using var second = await _bench.Destination.BeginBatchAsync(ticket, _plan, default);

        Assert.Equal(SkipReason.InHand, second.Skipped);
    }

    [Fact]
    public async Task Another_delivery_leaves_alone_the_one_in_hand_that_waits_for_its_client()
    {
        var ticket = _bench.Ticket(2, empty: true);
        var plan = _plan with { DirectCopy = true };
        await using (var first = await _bench.Destination.BeginBatchAsync(ticket, plan, default))
        {
            await first.WriteAsync(new StagedBatch(0, [StagedBatch.Tuple(1, "one")]), default);
            await first.CommitAsync();
        }

        await using var holding = await _bench.Destination.BeginBatchAsync(ticket, plan, default);
        var midCopy = new StagedBatch(1, [StagedBatch.Tuple(2, "two")])
        {
            OnRead = async () =>
            {
                await using var second = await _bench.Destination.BeginBatchAsync(ticket, plan, default);
                Assert.Equal(SkipReason.InHand, second.Skipped);
            },
        };
        await holding.WriteAsync(midCopy, default);
        await holding.CommitAsync();

        Assert.Equal(2, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task Many_deliveries_of_many_sizes_write_each_record_once()
    {
        var records = Enumerable.Range(0, 500).Select(i => StagedBatch.Tuple(i, $"note {i}")).ToArray();
        var deliveries = Enumerable.Range(1, 6).Select(i => Task.Run(async () =>
        {
            while (await SegmentLoop.RunAsync(_bench.Destination, _bench.Ticket(500), _plan, records, batch: 7 * i) is not null) await Task.Yield();
        }));

        await Task.WhenAll(deliveries);

        Assert.Equal(500, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM writes"));
        Assert.Equal(500, await _bench.Database.ScalarAsync<long>("SELECT sum(row_count) FROM headgate.batch"));
        Assert.Equal(500, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change"));
    }

    [Fact]
    public async Task A_backend_killed_at_any_step_leaves_nothing_half_done()
    {
        var records = Enumerable.Range(0, 300).Select(i => StagedBatch.Tuple(i, $"note {i}")).ToArray();
        using var stop = new CancellationTokenSource();
        var killing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Each session has a life of its own, of up to a quarter of a second: some do not come to their first commit, others to several.
                await _bench.Database.ExecuteAsync("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'headgate-destination'
                      AND clock_timestamp() > backend_start + (hashint4(pid) & 255) * interval '1 ms'
                    """);
            }
        });

        for (var next = 0L; next < 300;)
        {
            try
            {
                await SegmentLoop.RunAsync(_bench.Destination, _bench.Ticket(300), _plan, records, batch: 10);
            }
            catch (ConnectorException e)
            {
                Assert.True(e.Problem.Retryable, e.Problem.Sentence);
            }

            next = await _bench.Database.ScalarAsync<long>("SELECT next_row FROM headgate.ledger");
            Assert.Equal(next, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        }

        await stop.CancelAsync();
        await killing;
        Assert.Equal(300, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM writes"));
        Assert.Equal(300, await _bench.Database.ScalarAsync<long>("SELECT sum(row_count) FROM headgate.batch"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_in_mid_copy_writes_nothing_and_frees_the_lock(bool empty)
    {
        using var stop = new CancellationTokenSource();
        var plan = _plan with { DirectCopy = true };
        var records = Enumerable.Range(0, 100).Select(i => StagedBatch.Tuple(i, "note")).ToArray();
        await using (var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(100, empty: empty), plan, default))
        {
            var pieces = 0;
            var batch = new StagedBatch(0, records) { OnRead = () => ++pieces == 2 ? stop.CancelAsync() : Task.CompletedTask };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transaction.WriteAsync(batch, stop.Token));
        }

        await _bench.MoveAsync(2, open: false);
        Assert.Empty(await _bench.RowsAsync("SELECT * FROM items"));
    }

    [Fact]
    public async Task A_source_of_records_that_fails_in_mid_copy_commits_nothing()
    {
        var plan = _plan with { DirectCopy = true };
        await using (var transaction = await _bench.Destination.BeginBatchAsync(_bench.Ticket(1, empty: true), plan, default))
        {
            var batch = new StagedBatch(0, [StagedBatch.Tuple(1, "one")]) { OnRead = () => throw new InvalidDataException("broken") };
            await Assert.ThrowsAsync<ConnectorException>(() => transaction.WriteAsync(batch, default));
        }

        Assert.Empty(await _bench.RowsAsync("SELECT * FROM items"));
    }
}
