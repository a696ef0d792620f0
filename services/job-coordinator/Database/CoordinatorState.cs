using Npgsql;

namespace Headgate.JobCoordinator.Database;

/// <summary>The coordinator's own database; a type of its own, since several services can live in one process.</summary>
public sealed class CoordinatorState(NpgsqlDataSource database) : IAsyncDisposable
{
    public NpgsqlDataSource Source { get; } = database;

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
