using Npgsql;

namespace Headgate.Connectors.Postgres.Errors;

/// <summary>Lets nothing out but a <see cref="ConnectorException"/> or a cancellation.</summary>
static class Guarded
{
    public static async Task<T> RunAsync<T>(string subject, Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception e) when (e is not (ConnectorException or OperationCanceledException))
        {
            throw PostgresProblem.From(e, subject);
        }
    }

    /// <summary>
    /// For what writes. A session keeps the default that it began with: those that began while the database was read-only would be
    /// so still when it takes writes again.
    /// </summary>
    public static async Task<T> WriteAsync<T>(NpgsqlDataSource dataSource, string subject, Func<Task<T>> step)
    {
        try
        {
            return await RunAsync(subject, step);
        }
        catch (ConnectorException e) when (e.Problem.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            dataSource.Clear();
            throw;
        }
    }

    public static Task RunAsync(string subject, Func<Task> step) => RunAsync(subject, async () =>
    {
        await step();
        return true;
    });
}
