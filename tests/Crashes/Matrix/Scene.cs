using Headgate.Crashes.Tests.Checking;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Matrix;

/// <summary>
/// Three small tables that take every way: one that the job creates, read in two segments; one found empty, loaded in two batches; one
/// with a cursor whose rows are partly there and which lacks a column.
/// </summary>
sealed class Scene(Installation headgate, string name, bool deletes = false)
{
    readonly string _prefix = name.Replace('-', '_');

    public string Pipeline => name;

    public IReadOnlyList<CheckedTable> Tables => [new($"{_prefix}_wide"), new($"{_prefix}_empty"), new($"{_prefix}_known", Cursor: "at")];

    public string Yaml => Pipelines.Of(
        name, string.Join('\n', Tables.Select(table => Pipelines.Object(table.Name, cursor: table.Cursor))),
        "  load: { parallelism: 2 }" + (deletes ? "\n  onVanished: delete" : ""));

    /// <summary>Makes the source's tables, without rows: a file that names tables which are not there is refused.</summary>
    public async Task<Scene> DeclareAsync()
    {
        // A page a row: two segments of 16 MiB hold few records.
        await headgate.Source.ExecuteAsync(
            $"""
             create table {_prefix}_wide (id int primary key, v text) with (fillfactor = 10);
             create table {_prefix}_empty (id bigint primary key, v text, d date);
             create table {_prefix}_known (id int primary key, v text, n int, at timestamptz not null)
             """);
        return this;
    }

    /// <summary>Rows at the destination that the source does not have any more.</summary>
    public Task VanishAsync() => headgate.Destination.ExecuteAsync(
        $"""
         insert into {_prefix}_empty select n, 'gone', null from generate_series(5001, 5200) n;
         insert into {_prefix}_known select n, 'gone', now() from generate_series(5001, 5200) n
         """);

    /// <summary>Whether every table holds at the destination what it holds at the source, and no row more.</summary>
    public async Task<bool> IsTheSameAsync()
    {
        foreach (var (table, columns) in ((string, string)[])[("wide", "id, v"), ("empty", "id, v, d"), ("known", "id, v, n, at")])
        {
            var image = $"select md5(string_agg(concat_ws('|', {columns}), ',' order by id)) from {_prefix}_{table}";
            if (await headgate.Source.ScalarAsync<string>(image) != await headgate.Destination.ScalarAsync<string>(image)) return false;
        }

        return true;
    }

    /// <summary>Checksums of the destination's tables as a rollback is to leave them: those that a job has made are empty then.</summary>
    public async Task<string> ImagesAsync()
    {
        var images = new List<string>();
        foreach (var (table, columns) in ((string, string)[])[("empty", "id, v, d"), ("known", "id, v, at")])
        {
            images.Add($"{table} " + await headgate.Destination.ScalarAsync<string>(
                $"select count(*) || ' ' || coalesce(md5(string_agg(concat_ws('|', {columns}), ',' order by id)), '') from {_prefix}_{table}"));
        }

        var made = $"{_prefix}_wide";
        var isThere = await headgate.Destination.ScalarAsync<bool>($"select to_regclass('{made}') is not null");
        images.Add(isThere ? $"wide {await headgate.Destination.ScalarAsync<long>($"select count(*) from {made}")}" : "wide 0");
        return string.Join(", ", images);
    }

    public async Task<RunChecker> SetAsync()
    {
        await headgate.Source.ExecuteAsync(
            $"""
             insert into {_prefix}_wide select n, repeat(md5(n::text), 25) from generate_series(1, 2200) n;
             insert into {_prefix}_empty select n, md5(n::text), date '2020-01-01' + n from generate_series(1, 3000) n;
             insert into {_prefix}_known select n, md5(n::text), n, now() - interval '1 day' from generate_series(1, 3000) n
             """);
        await headgate.Destination.ExecuteAsync(
            $"""
             create table {_prefix}_empty (id bigint primary key, v text, d date);
             create table {_prefix}_known (id int primary key, v text, at timestamptz not null);
             insert into {_prefix}_known select n, case when n % 2 = 0 then 'old' else md5(n::text) end, now() - interval '2 days'
             from generate_series(1, 1500) n
             """);
        return await RunChecker.BeginAsync(headgate.State.DataSource, headgate.Source.DataSource, headgate.Destination.DataSource, name, Tables);
    }
}
