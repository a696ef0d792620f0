using Headgate.SagaRepository.Configuration;

namespace MassTransit;

/// <summary>Keeps sagas in a database through Entity Framework Core.</summary>
/// <remarks>Named as in MassTransit.EntityFrameworkCore, which replaces this library without a change to its callers.</remarks>
public static class EntityFrameworkCoreSagaRepositoryRegistrationExtensions
{
    /// <summary>
    /// Keeps the instances of a saga in PostgreSQL: one transaction a message, the instance's row locked from load to commit.
    /// </summary>
    /// <remarks>
    /// Order on the endpoint, from outside: <c>UseMessageRetry</c>, <c>UseInMemoryOutbox</c>, <c>ConfigureSaga</c>. Then a retry begins
    /// with an empty outbox, and messages leave only after the commit. What a crash between the two takes away is sent again by a state
    /// machine that asks <c>MayHaveBeenHandled</c> of a duplicate.
    /// </remarks>
    /// <param name="configurator">What <c>AddSagaStateMachine</c> returned.</param>
    /// <param name="configure">Names the context and the database.</param>
    /// <exception cref="ConfigurationException">The context or the database was not named.</exception>
    public static ISagaRegistrationConfigurator<TSaga> EntityFrameworkRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator, Action<IEntityFrameworkSagaRepositoryConfigurator<TSaga>> configure)
        where TSaga : class, ISaga
    {
        var repository = new EntityFrameworkSagaRepositoryConfigurator<TSaga>();
        configure(repository);
        repository.Validate().ThrowIfContainsFailure($"The repository of {typeof(TSaga).Name} is incomplete:");
        return configurator.Repository(repository.Register);
    }

    /// <summary>Locks rows the way PostgreSQL does.</summary>
    public static IEntityFrameworkSagaRepositoryConfigurator<TSaga> UsePostgres<TSaga>(
        this IEntityFrameworkSagaRepositoryConfigurator<TSaga> configurator)
        where TSaga : class, ISaga
    {
        ((EntityFrameworkSagaRepositoryConfigurator<TSaga>)configurator).LockClause = LockClauses.Postgres;
        return configurator;
    }
}
