using System.Linq.Expressions;
using Headgate.SagaRepository.Store;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Headgate.SagaRepository;

/// <summary>
/// What MassTransit's pipe asks of the repository while one message is handled. An instance that a query found must still pass its
/// filter when the lock is had.
/// </summary>
sealed class LockingSagaRepositoryContext<TSaga, TMessage>(
    SagaStore<TSaga> store, ISagaConsumeContextFactory<DbContext, TSaga> contexts, ConsumeContext<TMessage> message,
    Expression<Func<TSaga, bool>>? filter = null)
    : ConsumeContextScope<TMessage>(message), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    readonly ConsumeContext<TMessage> message = message;

    /// <summary>For initial events without InsertOnInitial: the row is written by <see cref="Save"/>, where the loser of a race fails.</summary>
    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance)
    {
        store.Db.Add(instance);
        return CreateSagaConsumeContext(message, instance, SagaConsumeContextMode.Add);
    }

    /// <summary>For initial events with InsertOnInitial. Null if the instance exists: the pipe loads it then.</summary>
    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) =>
        await store.InsertAsync(instance, CancellationToken) is { } inserted
            ? await CreateSagaConsumeContext(message, inserted, SagaConsumeContextMode.Insert)
            : null!;

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId) =>
        await store.LockAsync(correlationId, filter, CancellationToken) is { } loaded
            ? await CreateSagaConsumeContext(message, loaded, SagaConsumeContextMode.Load)
            : null!;

    public Task Save(SagaConsumeContext<TSaga> context) => store.Db.SaveChangesAsync(CancellationToken);

    public Task Update(SagaConsumeContext<TSaga> context) => store.Db.SaveChangesAsync(CancellationToken);

    public Task Delete(SagaConsumeContext<TSaga> context)
    {
        store.Db.Remove(context.Saga);
        return store.Db.SaveChangesAsync(CancellationToken);
    }

    // The instance began and ended in this message; what else its verbs wrote stays.
    public Task Discard(SagaConsumeContext<TSaga> context) => Delete(context);

    public Task Undo(SagaConsumeContext<TSaga> context)
    {
        var entry = store.Db.Entry(context.Saga);
        entry.CurrentValues.SetValues(entry.OriginalValues);
        entry.State = EntityState.Unchanged;
        return Task.CompletedTask;
    }

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(
        ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class =>
        contexts.CreateSagaConsumeContext(store.Db, consumeContext, instance, mode);
}
