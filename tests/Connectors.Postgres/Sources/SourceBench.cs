using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Headgate.Tests.Servers;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>A source database, a destination to plan against, and a source whose segments are small.</summary>
sealed class SourceBench : IAsyncDisposable
{
    SourceBench(TestDatabase from, TestDatabase to)
    {
        From = from;
        To = to;
        Source = new PostgresSource(from.ConnectionString) { ChainRows = 3, SegmentBytes = 16 * 1024 };
    }

    public TestDatabase From { get; }

    public TestDatabase To { get; }

    public PostgresSource Source { get; }

    public static async Task<SourceBench> StartAsync(string? setup = null)
    {
        var bench = new SourceBench(await TestDatabase.CreateAsync("src"), await TestDatabase.CreateAsync("dst"));
        if (setup is not null) await bench.From.ExecuteAsync(setup);
        return bench;
    }

    public static ObjectDefinition Object(string from, params string[] key) => new() { From = from, To = from, Key = key.Length == 0 ? ["id"] : key };

    public async Task<ObjectPlan> PlanAsync(ObjectDefinition definition) => (await PlanAsync([definition]))[0];

    /// <summary>With what an earlier run has read.</summary>
    public async Task<ObjectPlan> PlanAsync(ObjectDefinition definition, KnownObject known)
    {
        var source = (await Source.DescribeAsync([(0, definition)], default))[0] with { Known = known };
        return (await DestinationPlanner.PlanAsync(To.DataSource, [(source, definition)], new WriteOptions { Load = new LoadDefinition() }, default))[0];
    }

    public async Task<IReadOnlyList<ObjectPlan>> PlanAsync(
        IReadOnlyList<ObjectDefinition> definitions, bool allowTriggers = false, OnVanished onVanished = OnVanished.Keep)
    {
        var sources = await Source.DescribeAsync(definitions.Select((d, i) => (i, d)).ToArray(), default);
        return await DestinationPlanner.PlanAsync(
            To.DataSource, sources.Select((s, i) => (s, definitions[i])).ToArray(),
            new WriteOptions { Load = new LoadDefinition { AllowTriggers = allowTriggers }, OnVanished = onVanished }, default);
    }

    public async Task<ReadPlan> FullAsync(ObjectDefinition definition) => new() { Object = await PlanAsync(definition), Upper = DateTimeOffset.MaxValue };

    public async Task<ReadPlan> WindowAsync(ObjectDefinition definition, string lower, string upper, bool nulls = false) => new()
    {
        Object = await PlanAsync(definition),
        Lower = DateTimeOffset.Parse(lower),
        Upper = DateTimeOffset.Parse(upper),
        NullCursors = nulls,
    };

    public async Task<List<StagedRecords>> ReadAsync(ReadPlan plan, string snapshot)
    {
        var segments = new List<StagedRecords>();
        foreach (var range in await Source.PlanSegmentsAsync(plan, snapshot, default))
        {
            for (var next = range; next is not null;)
            {
                var sink = new StagedRecords();
                next = await Source.ExtractAsync(plan, next, snapshot, sink, default);
                segments.Add(sink);
            }
        }

        return segments;
    }

    public async Task<List<StagedRecords>> ReadAsync(ReadPlan plan)
    {
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        return await ReadAsync(plan, snapshot.Id);
    }

    public async Task<ConnectorException> CheckFailsAsync(ReadPlan plan)
    {
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        return await Assert.ThrowsAsync<ConnectorException>(() => Source.CheckAsync(plan, snapshot.Id, default));
    }

    /// <summary>Makes the planned changes and loads the staged bytes the way a first load does.</summary>
    public async Task LoadAsync(ObjectPlan plan, IEnumerable<StagedRecords> segments)
    {
        foreach (var change in plan.Changes)
            await To.ExecuteAsync(change.Statement);
        // A pool of the database's own would still have the type catalog of before.
        await using var connection = new NpgsqlConnection(To.ConnectionString);
        await connection.OpenAsync();
        var columns = string.Join(", ", plan.Fields.Select(f => QualifiedName.Quote(f.Name)));
        var staged = string.Join(", ", plan.Fields.Select(f => $"{QualifiedName.Quote(f.Name)} {f.StagedType}"));
        await ExecuteAsync(connection, $"CREATE TEMP TABLE staged ({staged})");
        await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY staged ({columns}) FROM STDIN (FORMAT BINARY)"))
        {
            await copy.WriteAsync(Header);
            foreach (var segment in segments)
                await copy.WriteAsync(segment.ToArray());
            await copy.WriteAsync(new byte[] { 0xff, 0xff });
        }

        var values = string.Join(", ", plan.Fields.Select(f =>
            f.DestinationCast ? $"{QualifiedName.Quote(f.Name)}::{f.DestinationType}" : QualifiedName.Quote(f.Name)));
        await ExecuteAsync(connection, $"INSERT INTO {plan.To} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM staged");
        await ExecuteAsync(connection, "DROP TABLE staged");
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await From.DisposeAsync();
        await To.DisposeAsync();
    }

    static readonly byte[] Header = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
