using Npgsql;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>A read-only transaction to read catalogs in: one view of them, and type names spelled with their schema.</summary>
static class CatalogSession
{
    public static async Task<T> ReadAsync<T>(
        NpgsqlDataSource dataSource, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using (var settings = new NpgsqlCommand(
            "SET TRANSACTION READ ONLY; SET LOCAL search_path TO pg_catalog; SET LOCAL statement_timeout TO '55s'; SET LOCAL lock_timeout TO '5s'",
            connection))
        {
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        return await read(connection);
    }
}
