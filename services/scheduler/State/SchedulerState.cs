using Npgsql;

namespace Headgate.Scheduler.State;

/// <summary>
/// The database of schema scheduler. A type of its own, since several services can live in one container, each with its own source.
/// </summary>
sealed class SchedulerState(NpgsqlDataSource source) : IDisposable, IAsyncDisposable
{
    public NpgsqlDataSource Source => source;

    public void Dispose() => source.Dispose();

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
