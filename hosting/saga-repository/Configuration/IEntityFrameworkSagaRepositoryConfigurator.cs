using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>Where a saga's instances are kept. Both calls are required.</summary>
/// <remarks>A part of the interface that MassTransit.EntityFrameworkCore has under this name.</remarks>
/// <typeparam name="TSaga">The saga's instance: an entity of the model, mapped to one table.</typeparam>
public interface IEntityFrameworkSagaRepositoryConfigurator<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>
    /// Keeps instances in a context that the container has registered as scoped. Whatever resolves the same context from the
    /// scope of the message being handled gets the very instance that the saga uses, and so writes in the saga's transaction.
    /// </summary>
    /// <typeparam name="TContext">The registered type.</typeparam>
    void ExistingDbContext<TContext>()
        where TContext : DbContext;
}
