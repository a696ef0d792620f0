using Npgsql;

namespace Headgate.Scheduler.State;

/// <summary>
/// The database of schema scheduler. A type of its own, since several services can live in one container, each with its own source.
/// </summary>
sealed class SchedulerState(string connectionString) : IDisposable, IAsyncDisposable
{
    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(connectionString);

    /// <summary>With its password, for Quartz, which connects by itself.</summary>
    public string ConnectionString => connectionString;

    public void Dispose() => Source.Dispose();

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
