using Headgate.Crashes.Tests.Checking;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>
/// A random pipeline whose run takes a second or two, in each phase long enough to be stopped there: one to three tables, each read in full
/// or by cursor, at the destination missing, empty, or partly there.
/// </summary>
/// <param name="headgate">Where.</param>
/// <param name="random">Its random numbers.</param>
/// <param name="seed">Names its tables.</param>
/// <param name="takesLong">Whether batches are to be in hand for long, several one after the other, and of both workers.</param>
sealed class StopScene(Installation headgate, Random random, long seed, bool takesLong)
{
    const string Gate = "stop_gate";
    const string Drag = "stop_drag";

    readonly List<CheckedTable> _tables = [];
    int _rows;

    public string Pipeline { get; } = $"stop-{seed}";

    /// <summary>Once for all scenes: what makes a source slow, and a destination.</summary>
    public static async Task PrepareAsync(Installation headgate)
    {
        await headgate.Source.ExecuteAsync(
            $$"""
            create function {{Gate}}(id int) returns boolean language plpgsql volatile as
                'begin if id % 16 = 0 then perform pg_sleep(0.004); end if; return true; end'
            """);
        await headgate.Destination.ExecuteAsync(
            $"create function {Drag}() returns trigger language plpgsql as 'begin perform pg_catalog.pg_sleep(0.01); return new; end'");
    }

    public async Task<RunChecker> SetAsync()
    {
        var count = random.Next(takesLong ? 2 : 1, 4);
        for (var no = 0; no < count; no++)
            await SetTableAsync($"stop_{seed}_{no}", random.Next(2) == 0, random.Next(takesLong ? 1 : 0, 4), isWide: !takesLong && random.Next(5) == 0);
        var rate = (int)(_rows / (1 + random.NextDouble()));
        // Between batches that take long nothing is waited for: whoever goes on does so at once.
        var pace = takesLong ? "batchTarget: 50ms, allowTriggers: true" : $"maxRowsPerSecond: {rate}";
        var load = $"parallelism: {random.Next(takesLong ? 2 : 1, 5)}, {pace}";
        await headgate.ApplyAsync(Pipelines.Of(
            Pipeline,
            string.Join('\n', _tables.Select(table => Pipelines.Object(table.Name, cursor: table.Cursor, filter: $"{Gate}(id)"))),
            $"  load: {{ {load} }}\n  extract: {{ cursorLag: 0s }}\n  notify: {{ email: ops@example.com, on: [extraction-canceled] }}"));
        return await RunChecker.BeginAsync(
            headgate.State.DataSource, headgate.Source.DataSource, headgate.Destination.DataSource, Pipeline, _tables);
    }

    /// <summary>Leaves no tables behind: those of all rounds together would be looked at after each stop.</summary>
    public async Task DropAsync()
    {
        var tables = string.Join(", ", _tables.Select(table => table.Name));
        await headgate.Source.ExecuteAsync($"drop table {tables}");
        await headgate.Destination.ExecuteAsync($"drop table if exists {tables}");
    }

    async Task SetTableAsync(string name, bool hasCursor, int there, bool isWide)
    {
        // A page a row: two segments of 16 MiB then. The first batch of a segment takes 2,000 at most.
        var rows = takesLong ? random.Next(4000, 6000) : isWide ? random.Next(2200, 2500) : random.Next(500, 1800);
        _rows += rows;
        _tables.Add(new CheckedTable(name, hasCursor ? "at" : null));
        await headgate.Source.ExecuteAsync(
            $"""
             create table {name} (id int primary key, v text, n bigint, at timestamptz not null default now()) with (fillfactor = {(isWide ? 10 : 100)});
             insert into {name} select i, repeat(md5(i::text), {(isWide ? 25 : random.Next(1, 8))}), i, now() - interval '1 day'
             from generate_series(1, {rows}) i
             """);
        if (there == 0) return;
        await headgate.Destination.ExecuteAsync($"create table {name} (id int primary key, v text, n bigint, at timestamptz not null)");
        if (there > 1)
        {
            await headgate.Destination.ExecuteAsync(
                $"""
                 insert into {name} select i, case when i % 3 = 0 then repeat(md5(i::text), 2) else 'old' end, i % 5, now() - interval '2 days'
                 from generate_series(1, {random.Next(1, rows)}) i
                 """);
        }

        if (!takesLong) return;
        await headgate.Destination.ExecuteAsync(
            $"create trigger drag before insert or update on {name} for each row when (new.id % 64 = 0) execute function {Drag}()");
    }
}
