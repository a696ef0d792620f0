using Headgate.Crashes.Tests.Checking;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>
/// A random pipeline: one to three tables, each read in full or by cursor, at the destination missing, empty, or partly there; or there
/// all of them, each referring to the one before.
/// </summary>
sealed class ChaosScene(Installation headgate, Random random, long seed)
{
    // Each table has a row of this number from the beginning, and those that refer to it refer to that one.
    const int LeastRows = 300;

    readonly List<(CheckedTable Table, int Rows)> _tables = [];

    public string Pipeline { get; } = $"chaos-{seed}";

    public IReadOnlyList<CheckedTable> Tables => [.. _tables.Select(entry => entry.Table)];

    public async Task<RunChecker> SetAsync()
    {
        var (count, refers) = (random.Next(1, 4), random.Next(2) == 0);
        for (var no = 0; no < count; no++)
        {
            await SetTableAsync(
                TableName(no), random.Next(LeastRows, 3500), hasCursor: random.Next(2) == 0, there: random.Next(refers ? 1 : 0, 4),
                parent: refers && no > 0 ? TableName(no - 1) : null);
        }

        await headgate.ApplyAsync(Pipelines.Of(
            Pipeline,
            string.Join('\n', Tables.Select(table => Pipelines.Object(table.Name, cursor: table.Cursor))),
            $"  load: {{ parallelism: {random.Next(1, 5)}, maxRowsPerSecond: {random.Next(3, 13) * 500} }}\n  extract: {{ cursorLag: 0s }}"));
        return await RunChecker.BeginAsync(headgate.State.DataSource, headgate.Source.DataSource, headgate.Destination.DataSource, Pipeline, Tables);
    }

    /// <summary>People write at the source, and at the destination where the check knows how to tell their writes.</summary>
    public async Task PeopleWriteAsync(Random people)
    {
        var (table, rows) = _tables[people.Next(_tables.Count)];
        var (id, by) = (people.Next(1, rows + 1), people.Next(1, 9));
        if (table.People && people.Next(2) == 0)
            await headgate.Destination.ExecuteAsync($"update {table.Name} set n = n + {by}, by_people = by_people + {by} where id = {id}");
        else if (people.Next(5) == 0)
            await headgate.Source.ExecuteAsync($"insert into {table.Name} select max(id) + 1, 'new', {by}, clock_timestamp() from {table.Name}");
        else
            await headgate.Source.ExecuteAsync($"update {table.Name} set v = v || '.', n = n + {by}, at = clock_timestamp() where id between {id} and {id + 20}");
    }

    string TableName(int no) => $"chaos_{seed}_{no}";

    async Task SetTableAsync(string name, int rows, bool hasCursor, int there, string? parent)
    {
        // People's writes are told apart in rows that were there before; where they read by cursor only, runs would not put them right.
        var people = there == 3 && !hasCursor;
        _tables.Add((new CheckedTable(name, hasCursor ? "at" : null, people), rows));
        await headgate.Source.ExecuteAsync(
            $"""
             create table {name} (id int primary key, v text, n bigint, at timestamptz not null default now(), parent int default {LeastRows});
             insert into {name} select i, repeat(md5(i::text), {random.Next(1, 8)}), i, now() - interval '1 day' from generate_series(1, {rows}) i
             """);
        if (there == 0) return;
        await headgate.Destination.ExecuteAsync(
            $"create table {name} (id int primary key, v text, n bigint, at timestamptz not null{(people ? ", by_people bigint not null default 0" : "")}, "
            + $"parent int{(parent is null ? "" : $" references {parent}")})");
        if (there == 1) return;
        await headgate.Destination.ExecuteAsync(
            $"insert into {name} (id, v, n, at) select i, 'old', 0, now() - interval '2 days' from generate_series(1, {random.Next(1, rows)}) i");
    }
}
