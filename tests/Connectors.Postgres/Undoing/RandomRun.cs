using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

/// <summary>Lets happen what happens to a random table, through the very calls of a worker, and undoes the job in two ways, and what undid it.</summary>
sealed class RandomRun(UndoBench bench, RandomTable table)
{
    readonly LoadBench _load = bench.Load;

    ObjectPlan _plan = null!;
    JobTicket _job = null!;
    int _segment;

    public async Task CheckAsync()
    {
        await _load.Database.ExecuteAsync($"""
            DROP TABLE IF EXISTS items; {table.Create};
            INSERT INTO items ({Columns}) {table.Records(0, table.Before, 9)}; INSERT INTO items ({Columns}) {table.Records(100, table.Before, 9)}
            """);
        var before = await RowsAsync();
        await PlanAsync();
        foreach (var step in table.Steps) await RunAsync(step);
        var (isCopied, others) = (await _load.Database.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM headgate.change_block WHERE job_id = '{_job.JobId}')"), await OthersAsync());

        if (!isCopied) Assert.Equal(before, await ReversedAsync());
        var written = await RowsAsync();
        var (rollback, counts) = await bench.RollBackAsync(_job, batch: 11);

        Assert.Equal(before, await RowsAsync());
        Assert.Equal(others, await OthersAsync());
        Assert.Equal(0, counts.Rejected);

        (_, counts) = await bench.RollBackAsync(rollback, batch: 11);
        Assert.Equal(written, await RowsAsync());
        Assert.Equal(0, counts.Rejected);

        (_, counts) = await bench.RollBackAsync(_job, batch: 11);
        Assert.Equal(before, await RowsAsync());
        Assert.Equal(0, counts.Rejected);
    }

    string Columns => string.Join(", ", table.KeyNames.Concat(table.Others.Select((_, at) => $"f{at}")));

    async Task PlanAsync()
    {
        _plan = await _load.PlanAsync("items", table.KeyNames, directCopy: true);
        _plan = _plan with { Fields = [.. _plan.Fields.Where(f => f.Name != "hand")], LogsVersions = table.FillsItself };
        await NextAsync(null);
    }

    async Task NextAsync(JobTicket? before)
    {
        (_job, _segment) = (await bench.BeginAsync(before), 0);
        Assert.NotNull(await _load.Destination.ApplyChangesAsync(_job, [_plan], default));
    }

    Task RunAsync(RandomStep step) => step.Kind switch
    {
        RandomStep.Kinds.Segment => WriteAsync(step),
        RandomStep.Kinds.Attempt => AttemptAsync(step),
        RandomStep.Kinds.Broken => BreakAsync(step),
        RandomStep.Kinds.Person => _load.Database.ExecuteAsync($"""
            DELETE FROM items WHERE {table.IsIn(100 + step.First, step.Count / 2)};
            INSERT INTO items ({Columns}) {table.Records(100 + step.First, step.Count, step.Salt)} ON CONFLICT DO NOTHING
            """),
        // Whether that was without a change cannot be told then.
        _ when table.FillsItself => Task.CompletedTask,
        _ => _load.Database.ExecuteAsync($"UPDATE items SET k0 = k0 WHERE {table.IsIn(step.First, step.Count)}"),
    };

    // In a read each record comes once.
    async Task AttemptAsync(RandomStep step)
    {
        await NextAsync(_job);
        await WriteAsync(step);
    }

    async Task WriteAsync(RandomStep step)
    {
        if (_segment > 0) await NextAsync(_job);
        var records = await _load.RecordsAsync(table.Records(step.First, step.Count, step.Salt));
        Assert.Null(await SegmentLoop.RunAsync(_load.Destination, Ticket(records.Count), _plan, records, step.Batch));
        _segment++;
    }

    async Task BreakAsync(RandomStep step)
    {
        var records = await _load.RecordsAsync(table.Records(step.First, step.Count, step.Salt + 1));
        await using var transaction = await _load.Destination.BeginBatchAsync(Ticket(records.Count) with { SegmentNo = 99 }, _plan, default);
        try
        {
            await transaction.WriteAsync(new StagedBatch(0, records), default);
        }
        catch (ConnectorException)
        {
            // Rows of others are in its way: it is over all the same.
        }
    }

    SegmentTicket Ticket(int rows) =>
        new() { Job = _job, ObjectNo = 0, SegmentNo = _segment, Rows = rows, Empty = table.Before == 0 && _job.Attempt == 1, MaxRejects = 0 };

    Task<IReadOnlyList<string>> RowsAsync() => _load.RowsAsync($"SELECT * FROM items WHERE NOT {table.IsIn(100, 100)} ORDER BY 1, {table.KeyNames.Length}");

    Task<IReadOnlyList<string>> OthersAsync() => _load.RowsAsync($"SELECT * FROM items WHERE {table.IsIn(100, 100)} ORDER BY 1, {table.KeyNames.Length}");

    /// <summary>The log played backwards, entry by entry, in a transaction that is rolled back.</summary>
    async Task<IReadOnlyList<string>> ReversedAsync()
    {
        await using var session = await _load.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(session, "BEGIN; SET LOCAL datestyle TO 'ISO, MDY'; SET LOCAL timezone TO 'UTC'");
        await Sql.RunAsync(session, $$"""
            DO $$
            DECLARE c record; o record; i int;
            BEGIN
                SELECT fields INTO o FROM headgate.job_object WHERE job_id = '{{_job.JobId}}' LIMIT 1;
                FOR c IN SELECT * FROM headgate.change WHERE job_id = '{{_job.JobId}}' ORDER BY seq DESC, place DESC LOOP
                    IF c.operation = 'insert' THEN
                        DELETE FROM items WHERE {{Key}} = c.key;
                    ELSE
                        FOR i IN 1 .. array_length(c.after, 1) LOOP
                            IF c.before[i] IS DISTINCT FROM c.after[i] THEN
                                EXECUTE format('UPDATE items SET %I = %L::%s WHERE {{Key}} = %L::text[]',
                                    o.fields -> (i - 1) ->> 'name', c.before[i], o.fields -> (i - 1) ->> 'type', c.key);
                            END IF;
                        END LOOP;
                    END IF;
                END LOOP;
            END $$
            """);
        await using var command = session.CreateCommand();
        command.CommandText = $"SELECT r::text FROM (SELECT * FROM items WHERE NOT {table.IsIn(100, 100)} ORDER BY 1, {table.KeyNames.Length}) r";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    string Key => $"ARRAY[{string.Join(", ", table.Key.Select((type, at) => type.StartsWith("char", StringComparison.Ordinal) ? $"bpcharout(k{at})::text" : $"k{at}::text"))}]";
}
