using Npgsql;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>Reads rows; text forms are those of the change log.</summary>
static class Reading
{
    public static async Task<List<object?[]>> RowsAsync(this NpgsqlDataSource database, string sql, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using (var settings = new NpgsqlCommand(
            "set DateStyle to ISO; set IntervalStyle to postgres; set extra_float_digits to 1; set TimeZone to UTC", connection))
            await settings.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add([.. row.Select(value => value is DBNull ? null : value)]);
        }

        return rows;
    }

    public static async Task<object?> OneAsync(this NpgsqlDataSource database, string sql, params object[] values) =>
        (await database.RowsAsync(sql, values)) is [[var value, ..], ..] ? value : null;
}
