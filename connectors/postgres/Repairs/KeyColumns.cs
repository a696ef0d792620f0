using Npgsql;

namespace Headgate.Connectors.Postgres.Repairs;

/// <summary>Keys as parameters: an array for each field, since arrays of arrays are one array to the server.</summary>
static class KeyColumns
{
    /// <summary>SQL: the keys as rows of one text[] each.</summary>
    /// <param name="fields">How many a key has.</param>
    /// <param name="first">The number of the first parameter.</param>
    public static string Select(int fields, int first)
    {
        var names = Enumerable.Range(0, fields).Select(at => $"k{at}").ToList();
        var (all, values) = (string.Join(", ", names), string.Join(", ", names.Select((_, at) => $"${first + at}::text[]")));
        return $"SELECT ARRAY[{all}] FROM unnest({values}) k ({all})";
    }

    public static NpgsqlParameter[] Parameters(IReadOnlyList<IReadOnlyList<string>> keys) =>
        [.. Enumerable.Range(0, keys[0].Count).Select(at => new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key[at])] })];
}
