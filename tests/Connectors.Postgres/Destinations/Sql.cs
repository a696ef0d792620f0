using Npgsql;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

static class Sql
{
    /// <summary>Runs a statement in a session, inside its transaction if it has one.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
