using Google.Protobuf;
using Grpc.Core;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>A call that is being executed.</summary>
public sealed class IdempotentCall : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly CoordinatorState _state;
    readonly SemaphoreSlim _room;
    readonly IdempotentRow? _row;
    NpgsqlConnection? _connection;
    NpgsqlTransaction? _transaction;
    bool _hasPlace;

    internal IdempotentCall(CoordinatorState state, SemaphoreSlim room, IdempotentRow? row, Guid id) => (_state, _room, _row, Id) = (state, room, row, id);

    /// <summary>
    /// With an idempotency_key the same however often the call is executed: after a process has died between its effect and the record of
    /// it, or beside another one of the same key. What is sent or stored under it is known again by whoever has it already.
    /// </summary>
    public Guid Id { get; }

    /// <summary>
    /// A connection in a transaction that also records what is answered: what is written on it is there if, and only if, a repeat is
    /// answered without another execution. It is committed when the call is answered or refused (FAILED_PRECONDITION). To be asked for last:
    /// connections are few, and nobody else answers the same call meanwhile.
    /// </summary>
    /// <exception cref="RpcException">UNAVAILABLE: too many calls write at the same time.</exception>
    public async ValueTask<NpgsqlConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return _connection;
        _hasPlace = await _room.WaitAsync(Patience, cancellationToken);
        if (!_hasPlace) throw CallErrors.Unavailable("Too many calls are being recorded; nothing was done. Try again.");
        _connection = await _state.Source.OpenConnectionAsync(cancellationToken);
        _transaction = await _connection.BeginTransactionAsync(cancellationToken);
        if (_row is not null && await _row.LockAsync(_connection, cancellationToken) is { IsAnswered: true } known) throw new AnsweredMeanwhileException(known);
        return _connection;
    }

    internal async Task AnswerAsync(IMessage response)
    {
        // The outcome is decided: a caller who hangs up does not undo it.
        if (_row is not null) await _row.AnswerAsync(await ConnectionAsync(CancellationToken.None), response);
        await CommitAsync();
    }

    internal async Task RefuseAsync(RpcException refusal)
    {
        if (_row is not null) await _row.RefuseAsync(await ConnectionAsync(CancellationToken.None), refusal);
        await CommitAsync();
    }

    Task CommitAsync() => _transaction?.CommitAsync(CancellationToken.None) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
        if (_hasPlace) _room.Release();
    }
}
