using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>A call that is being executed for the first time.</summary>
public sealed class IdempotentCall : IAsyncDisposable
{
    readonly CoordinatorState _state;
    NpgsqlConnection? _connection;
    NpgsqlTransaction? _transaction;

    internal IdempotentCall(CoordinatorState state, Guid id) => (_state, Id) = (state, id);

    /// <summary>
    /// With an idempotency_key the same however often the call is executed: after a process has died between its effect and the record of
    /// it, a repeat is executed again. What is sent or stored under it is known again by whoever has it already.
    /// </summary>
    public Guid Id { get; }

    /// <summary>
    /// A connection in a transaction that also records what is answered: what is written on it is there if, and only if, a repeat is
    /// answered without another execution. It is committed when the call is answered or refused (FAILED_PRECONDITION).
    /// </summary>
    public async ValueTask<NpgsqlConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return _connection;
        _connection = await _state.Source.OpenConnectionAsync(cancellationToken);
        _transaction = await _connection.BeginTransactionAsync(cancellationToken);
        return _connection;
    }

    // The outcome is decided: a caller who hangs up does not undo it.
    internal Task CommitAsync() => _transaction?.CommitAsync(CancellationToken.None) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
    }
}
