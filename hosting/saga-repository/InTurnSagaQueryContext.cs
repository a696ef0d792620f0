using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;

namespace Headgate.SagaRepository;

/// <summary>
/// The instances that a query found, one after the other: MassTransit's pipe handles them at the same time, and a database context
/// can do one thing at a time. The turn is held from the load of an instance until its event is handled.
/// </summary>
sealed class InTurnSagaQueryContext<TSaga, TMessage>(
    SagaRepositoryContext<TSaga, TMessage> repository, IList<Guid> found, SemaphoreSlim turn)
    : DefaultSagaRepositoryQueryContext<TSaga, TMessage>(repository, found), SagaRepositoryQueryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    readonly SagaRepositoryContext<TSaga, TMessage> repository = repository;

    async Task<SagaConsumeContext<TSaga, TMessage>> SagaRepositoryContext<TSaga, TMessage>.Load(Guid correlationId)
    {
        await turn.WaitAsync(CancellationToken);
        SagaConsumeContext<TSaga, TMessage>? loaded = null;
        try
        {
            loaded = await repository.Load(correlationId);
            return loaded is null ? null! : new InTurn(loaded, turn);
        }
        finally
        {
            if (loaded is null) turn.Release();
        }
    }

    /// <summary>Disposed by the pipe when the event is handled, whatever came of it.</summary>
    sealed class InTurn(SagaConsumeContext<TSaga, TMessage> context, SemaphoreSlim turn)
        : DefaultSagaConsumeContext<TSaga, TMessage>(context, context.Saga), IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
