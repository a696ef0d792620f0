using Headgate.SagaRepository.Store;
using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Headgate.SagaRepository;

/// <summary>One message, one transaction: MassTransit's pipe runs inside of it, and returns after the commit.</summary>
sealed class EntityFrameworkSagaRepositoryContextFactory<TSaga>(
    SagaStore<TSaga> store, ISagaConsumeContextFactory<DbContext, TSaga> contexts)
    : ISagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class =>
        store.InTransactionAsync(
            () => next.Send(new LockingSagaRepositoryContext<TSaga, T>(store, contexts, context)), context.CancellationToken);

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class =>
        store.InTransactionAsync(
            async () =>
            {
                // In one order for everybody, so that two queries do not wait for each other's locks.
                var found = await store.Db.Set<TSaga>().AsNoTracking()
                    .Where(query.FilterExpression)
                    .Select(saga => saga.CorrelationId)
                    .OrderBy(id => id)
                    .ToListAsync(context.CancellationToken);
                var repository = new LockingSagaRepositoryContext<TSaga, T>(store, contexts, context, query.FilterExpression);
                // Its pipe loads and handles one after the other, as one database context demands.
                await next.Send(new DefaultSagaRepositoryQueryContext<TSaga, T>(repository, found));
            },
            context.CancellationToken);

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class =>
        asyncMethod(new ReadingSagaRepositoryContext<TSaga>(store.Db, cancellationToken));

    public Task<T> Execute<T>(Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class =>
        asyncMethod(new ReadingSagaRepositoryContext<TSaga>(store.Db, cancellationToken));

    public void Probe(ProbeContext context)
    {
        context.Add("persistence", "entity-framework");
        context.Add("context", store.Db.GetType().Name);
    }
}
