using Google.Protobuf;
using Grpc.Core;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>A call that is being executed.</summary>
public sealed class IdempotentCall : IAsyncDisposable
{
    readonly CoordinatorState _state;
    readonly CallRooms _rooms;
    readonly IdempotentRow? _row;
    IDisposable? _place;
    NpgsqlConnection? _connection;
    NpgsqlTransaction? _transaction;

    /// <param name="state">Where it is recorded.</param>
    /// <param name="rooms">A place in them for each call that has a connection.</param>
    /// <param name="id">See <see cref="Id"/>.</param>
    /// <param name="row">Null: it has no idempotency_key.</param>
    internal IdempotentCall(CoordinatorState state, CallRooms rooms, Guid id, IdempotentRow? row = null) =>
        (_state, _rooms, Id, _row) = (state, rooms, id, row);

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
        _place = await _rooms.ToWriteAsync(cancellationToken);
        return await OpenAsync(cancellationToken);
    }

    internal async Task AnswerAsync(IMessage response)
    {
        if (_row is not null) await _row.AnswerAsync(await ConnectionToRecordAsync(), Id, response);
        await CommitAsync();
    }

    internal async Task RefuseAsync(RpcException refusal)
    {
        if (_row is not null) await _row.RefuseAsync(await ConnectionToRecordAsync(), Id, refusal);
        await CommitAsync();
    }

    // The outcome is decided: a caller who hangs up does not undo it.
    async ValueTask<NpgsqlConnection> ConnectionToRecordAsync()
    {
        if (_connection is not null) return _connection;
        _place = await _rooms.ToRecordAsync();
        return await OpenAsync(CancellationToken.None);
    }

    async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        _connection = await _state.Source.OpenConnectionAsync(cancellationToken);
        _transaction = await _connection.BeginTransactionAsync(cancellationToken);
        if (_row is not null && await _row.LockAsync(_connection, cancellationToken) is { IsAnswered: true } known && known.Id == Id)
            throw new AnsweredMeanwhileException(known);
        return _connection;
    }

    Task CommitAsync() => _transaction?.CommitAsync(CancellationToken.None) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
        _place?.Dispose();
    }
}
