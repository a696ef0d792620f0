using System.Diagnostics;
using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Connectors.Sources;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class FrozenServerTests
{
    [Fact]
    public async Task A_cancellation_ends_a_read_from_a_server_that_does_not_answer_any_more()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(1, 20000) g");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        var direct = new NpgsqlConnectionStringBuilder(bench.From.ConnectionString);
        await using var proxy = new FreezingProxy(direct.Host!, direct.Port);
        var proxied = new NpgsqlConnectionStringBuilder(bench.From.ConnectionString) { Host = "127.0.0.1", Port = proxy.Port };
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var source = new PostgresSource(proxied.ConnectionString);
        using var stop = new CancellationTokenSource();
        var sink = new StagedRecords
        {
            OnWrite = () =>
            {
                proxy.Freeze();
                stop.CancelAfter(100);
                return Task.CompletedTask;
            },
        };

        var clock = Stopwatch.StartNew();
        var range = new SegmentRange { Kind = SegmentRangeKind.Blocks };
        await Assert.ThrowsAnyAsync<Exception>(() => source.ExtractAsync(plan, range, snapshot.Id, sink, stop.Token));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"took {clock.Elapsed}");
    }
}
