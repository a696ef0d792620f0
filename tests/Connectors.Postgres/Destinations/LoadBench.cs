using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Tests.Servers;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

/// <summary>A destination database with an open fence, and plans and records made from SQL.</summary>
sealed class LoadBench : IAsyncDisposable
{
    LoadBench(TestDatabase database)
    {
        Database = database;
        Destination = new PostgresDestination(database.ConnectionString);
        Fence = new PostgresFence(database.ConnectionString);
    }

    public TestDatabase Database { get; }

    public PostgresDestination Destination { get; }

    public PostgresFence Fence { get; }

    public JobTicket Job { get; } = new() { PipelineId = Guid.NewGuid(), JobId = Guid.NewGuid(), Attempt = 1, Epoch = 1 };

    public static async Task<LoadBench> StartAsync(string setup = "SELECT 1", bool open = true)
    {
        var bench = new LoadBench(await TestDatabase.CreateAsync("load"));
        await bench.Database.ExecuteAsync(setup);
        if (open) await bench.MoveAsync(1, open: true);
        return bench;
    }

    public FenceMove Move(int epoch, bool open, bool force = false) => new()
    {
        PipelineId = Job.PipelineId,
        JobId = Job.JobId,
        JobNo = 1,
        Attempt = Job.Attempt,
        Epoch = epoch,
        Open = open,
        Force = force,
    };

    public async Task<IReadOnlyDictionary<int, RecordCounts>> MoveAsync(int epoch, bool open) =>
        Assert.IsType<FenceMoveResult.Moved>(await Fence.MoveAsync(Move(epoch, open), default)).Counts;

    /// <summary>A plan for all columns of a table; a cast names the type under which a column is staged.</summary>
    public async Task<ObjectPlan> PlanAsync(string table, string[] key, bool directCopy = false, params (string Column, string Staged)[] casts)
    {
        var to = table.Contains('.') ? table : $"public.{table}";
        // Types are spelled as the planner spells them.
        await using var command = Database.DataSource.CreateBatch();
        command.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL search_path TO pg_catalog"));
        command.BatchCommands.Add(new NpgsqlBatchCommand("""
            SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), c.relkind = 'r' FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
            """)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = to } },
        });
        var fields = new List<FieldPlan>();
        var single = true;
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var (name, type) = (reader.GetString(0), reader.GetString(1));
                var cast = casts.FirstOrDefault(c => c.Column == name).Staged;
                fields.Add(new FieldPlan
                {
                    Name = name,
                    Source = name,
                    StagedType = cast ?? type,
                    DestinationType = type,
                    DestinationCast = cast is not null,
                });
                single = reader.GetBoolean(2);
            }
        }

        return new ObjectPlan
        {
            ObjectNo = 0,
            From = table,
            To = to,
            Fields = fields,
            Key = [.. key.Select(k => fields.FindIndex(f => f.Name == k))],
            Blocks = false,
            KeyGuaranteed = true,
            Level = 0,
            DirectCopy = directCopy,
            SingleTable = single,
            Changes = [],
            EstimatedRows = -1,
        };
    }

    /// <summary>The rows of a query as staged records; the query's types are the staged types.</summary>
    public async Task<IReadOnlyList<byte[]>> RecordsAsync(string query)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)");
        using var bytes = new MemoryStream();
        await copy.CopyToAsync(bytes);
        return StagedBatch.Split(bytes.ToArray().AsSpan()[19..^2]);
    }

    public SegmentTicket Ticket(long rows, int segment = 0, bool empty = false) => new()
    {
        Job = Job,
        ObjectNo = 0,
        SegmentNo = segment,
        Rows = rows,
        Empty = empty,
        MaxRejects = 1000,
    };

    public async Task<RecordCounts> LoadAsync(ObjectPlan plan, string query, int segment = 0, bool empty = false, int batch = 1000)
    {
        var records = await RecordsAsync(query);
        Assert.Null(await SegmentLoop.RunAsync(Destination, Ticket(records.Count, segment, empty), plan, records, batch));
        return (await Fence.ReadLedgerAsync(Job.JobId, Job.Attempt, default)).Single(e => e.ObjectNo == plan.ObjectNo && e.SegmentNo == segment).Counts;
    }

    /// <summary>The rows of a query, each as one text.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string query)
    {
        await using var command = Database.DataSource.CreateCommand($"SELECT _row::text FROM ({query}) _row");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>Until a session of the database waits for a lock.</summary>
    public async Task WaitForLockAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await Database.ScalarAsync<bool>(
                   "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"))
            await Task.Delay(10, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync();
        await Fence.DisposeAsync();
        await Database.DisposeAsync();
    }
}
