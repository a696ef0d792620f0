using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Columns that may be null.</summary>
static class Reader
{
    public static string? Text(this NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    public static T? Value<T>(this NpgsqlDataReader row, int at)
        where T : struct => row.IsDBNull(at) ? null : row.GetFieldValue<T>(at);

    /// <summary>All rows of a query.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<T>();
        while (await rows.ReadAsync(cancellationToken)) list.Add(read(rows));
        return list;
    }
}
