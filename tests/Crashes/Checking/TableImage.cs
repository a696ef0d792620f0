using Npgsql;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>A table's rows as text, by key and column. A table that is not there has none.</summary>
public sealed class TableImage
{
    readonly Dictionary<string, Dictionary<string, string?>> _rows = new(StringComparer.Ordinal);

    public int Count => _rows.Count;

    public IEnumerable<string> Keys => _rows.Keys;

    public static async Task<TableImage> ReadAsync(NpgsqlDataSource database, string table)
    {
        var image = new TableImage();
        var columns = await ColumnsAsync(database, table);
        if (columns.Count == 0) return image;
        var values = string.Join(", ", columns.Select(column => $"\"{column}\"::text"));
        foreach (var row in await database.RowsAsync($"select id::text, {values} from public.\"{table}\""))
        {
            image._rows[(string)row[0]!] = columns.Select((column, at) => (column, Value: (string?)row[at + 1]))
                .ToDictionary(entry => entry.column, entry => entry.Value, StringComparer.Ordinal);
        }

        return image;
    }

    public static async Task<IReadOnlyList<string>> ColumnsAsync(NpgsqlDataSource database, string table) =>
    [
        .. (await database.RowsAsync(
            """
            select attname::text from pg_attribute
            where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum
            """,
            $"public.\"{table}\"")).Select(row => (string)row[0]!),
    ];

    public bool Has(string key) => _rows.ContainsKey(key);

    /// <summary>A value; null also where the row has no such column.</summary>
    public string? Value(string key, string column) => _rows.TryGetValue(key, out var row) ? row.GetValueOrDefault(column) : null;

    public void Set(string key, string column, string? value) => _rows[key][column] = value;

    public void Remove(string key) => _rows.Remove(key);

    /// <summary>The first difference in words; null: they are equal. Columns that one does not have are null in it.</summary>
    public string? DifferenceTo(TableImage other)
    {
        var missing = other._rows.Keys.Where(key => !Has(key)).Take(3).ToList();
        if (missing.Count > 0) return $"rows {string.Join(", ", missing)} are missing";
        var more = _rows.Keys.Where(key => !other.Has(key)).Take(3).ToList();
        if (more.Count > 0) return $"rows {string.Join(", ", more)} are too many";
        foreach (var (key, row) in _rows)
        {
            var columns = row.Keys.Union(other._rows[key].Keys, StringComparer.Ordinal);
            if (columns.FirstOrDefault(column => Value(key, column) != other.Value(key, column)) is { } wrong)
                return $"row {key} has {wrong} = {Value(key, wrong)} and not {other.Value(key, wrong)}";
        }

        return null;
    }
}
