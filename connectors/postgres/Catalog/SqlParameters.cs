using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>Parameters that may be null: their type has to be said.</summary>
static class SqlParameters
{
    public static NpgsqlParameter Nullable(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Nullable(IEnumerable<string>? texts) =>
        new() { Value = (object?)texts?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
