using Headgate.Connectors.Conformance;
using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>Reads by keys.</summary>
public sealed class KeyedReadTests
{
    [Fact]
    public async Task Records_that_are_there_and_pass_the_filter_are_read_once_each()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'v' FROM generate_series(1, 5000) g");
        var plan = await bench.FullAsync(SourceBench.Object("t") with { Filter = "id <> 7 -- not that one" });

        var read = await ReadAsync(bench, plan, [.. Enumerable.Range(1, 4500).Select(id => (IReadOnlyList<string>)[$"{id}"]), ["9000"]]);

        Assert.Equal(Enumerable.Range(1, 4500).Where(id => id != 7), read.Ids().Order());
    }

    [Fact]
    public async Task Key_that_its_column_refuses_is_not_there_and_the_others_are_read()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 20)");
        var read = await ReadAsync(bench, await bench.FullAsync(SourceBench.Object("t")), [["1"], ["seven"], ["99999999999"], ["5"], ["9"]]);
        Assert.Equal([1, 5, 9], read.Ids().Order());
    }

    [Fact]
    public async Task Keys_of_several_columns_are_read_whatever_their_texts_hold()
    {
        await using var bench = await SourceBench.StartAsync(
            """
            CREATE TABLE t (id int, code text, PRIMARY KEY (id, code));
            INSERT INTO t VALUES (1, 'a"b\c,{}'), (2, 'a"b\c,{}'), (3, ''), (4, 'NULL'), (5, ' x ')
            """);
        var plan = await bench.FullAsync(SourceBench.Object("t", "id", "code"));
        var read = await ReadAsync(bench, plan, [["1", "a\"b\\c,{}"], ["2", "b"], ["3", ""], ["4", "NULL"], ["5", " x "]]);
        Assert.Equal([1, 3, 4, 5], read.Ids().Order());
    }

    [Fact]
    public async Task Records_are_those_of_the_snapshot()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 3)");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await bench.From.ExecuteAsync("DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (4)");
        var sink = new StagedRecords();
        await bench.Source.ExtractKeysAsync(plan, [["1"], ["4"]], snapshot.Id, sink, default);
        Assert.Equal([1], sink.Ids());
    }

    static async Task<StagedRecords> ReadAsync(SourceBench bench, ReadPlan plan, IReadOnlyList<IReadOnlyList<string>> keys)
    {
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var sink = new StagedRecords();
        await bench.Source.ExtractKeysAsync(plan, keys, snapshot.Id, sink, default);
        return sink;
    }
}
