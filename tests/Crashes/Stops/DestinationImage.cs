using System.Data;
using Npgsql;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>All that a job could have written at a destination, under one snapshot.</summary>
sealed class DestinationImage
{
    // What schema headgate holds of a job. The fence is moved by whoever stops a job, and is looked at by itself.
    static readonly string[] Kept = ["ledger", "batch", "job_object", "change_group", "change_block", "rejected", "schema_change"];

    DestinationImage(IReadOnlyDictionary<string, TableState> tables, IReadOnlyDictionary<string, TableState> records)
    {
        Tables = tables;
        Records = records;
    }

    /// <summary>Every table outside schema headgate.</summary>
    public IReadOnlyDictionary<string, TableState> Tables { get; }

    /// <summary>What schema headgate holds of the job.</summary>
    public IReadOnlyDictionary<string, TableState> Records { get; }

    public static async Task<DestinationImage> ReadAsync(NpgsqlDataSource destination, Guid job)
    {
        await using var connection = await destination.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var tables = new Dictionary<string, TableState>(StringComparer.Ordinal);
        foreach (var (name, kind, shape) in await ShapesAsync(connection))
            tables[name] = kind == "r" ? await StateAsync(connection, name, shape, "true", job) : new TableState(shape, "", null);
        var records = new Dictionary<string, TableState>(StringComparer.Ordinal);
        foreach (var name in await KeptAsync(connection)) records[name] = await StateAsync(connection, name, "", "job_id = $1", job);
        return new DestinationImage(tables, records);
    }

    /// <summary>What is otherwise than in an earlier image, in words.</summary>
    public IEnumerable<string> ChangesSince(DestinationImage earlier) =>
        Changes(earlier.Tables, Tables).Concat(Changes(earlier.Records, Records));

    /// <summary>Which tables outside schema headgate are otherwise than in an earlier image, in words.</summary>
    public IEnumerable<string> TableChangesSince(DestinationImage earlier) => Changes(earlier.Tables, Tables);

    /// <summary>What was committed after an instant, in words.</summary>
    public IEnumerable<string> CommittedAfter(DateTime instant) =>
        Tables.Concat(Records).Where(entry => entry.Value.LastCommit > instant)
            .Select(entry => $"{entry.Key} was written at {entry.Value.LastCommit:O}");

    static IEnumerable<string> Changes(IReadOnlyDictionary<string, TableState> before, IReadOnlyDictionary<string, TableState> now)
    {
        foreach (var name in before.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (old, current) = (before.GetValueOrDefault(name), now.GetValueOrDefault(name));
            if (old is null) yield return $"{name} has appeared";
            else if (current is null) yield return $"{name} is gone";
            else if (old.Shape != current.Shape) yield return $"{name} has another shape: {current.Shape} and not {old.Shape}";
            else if (old.Content != current.Content) yield return $"{name} has other rows: {current.Content}, not {old.Content} (rows, checksum)";
        }
    }

    static async Task<List<(string Name, string Kind, string Shape)>> ShapesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select format('%I.%I', n.nspname, c.relname), c.relkind::text,
                   concat_ws('; ',
                       (select string_agg(
                            concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end),
                            ', ' order by a.attnum)
                        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
                       (select string_agg(pg_get_indexdef(i.indexrelid), '; ' order by i.indexrelid)
                        from pg_index i where i.indrelid = c.oid))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname not in ('headgate', 'information_schema') and n.nspname !~ '^pg_'
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        var shapes = new List<(string, string, string)>();
        while (await reader.ReadAsync()) shapes.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return shapes;
    }

    static async Task<List<string>> KeptAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select name from unnest($1) name where to_regclass(name) is not null", connection);
        command.Parameters.AddWithValue(Kept.Select(name => $"headgate.{name}").ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        var kept = new List<string>();
        while (await reader.ReadAsync()) kept.Add(reader.GetString(0));
        return kept;
    }

    static async Task<TableState> StateAsync(NpgsqlConnection connection, string table, string shape, string which, Guid job)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select count(*) || ' ' || coalesce(sum(hashtextextended(concat_ws(' ', t.xmin, t::text), 0)::numeric), 0),
                    max(pg_xact_commit_timestamp(t.xmin))
             from {table} t where {which} and $1::uuid is not null
             """,
            connection);
        command.Parameters.AddWithValue(job);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new TableState(shape, reader.GetString(0), await reader.IsDBNullAsync(1) ? null : reader.GetDateTime(1));
    }
}
