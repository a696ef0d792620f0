using Headgate.SagaRepository.Store;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headgate.SagaRepository.Configuration;

sealed class EntityFrameworkSagaRepositoryConfigurator<TSaga> : IEntityFrameworkSagaRepositoryConfigurator<TSaga>, ISpecification
    where TSaga : class, ISaga
{
    Func<IServiceProvider, DbContext>? context;

    internal string? LockClause { get; set; }

    public void ExistingDbContext<TContext>()
        where TContext : DbContext =>
        context = scope => scope.GetRequiredService<TContext>();

    public IEnumerable<ValidationResult> Validate()
    {
        if (context is null) yield return this.Failure("DbContext", "must be named: ExistingDbContext");
        if (LockClause is null) yield return this.Failure("Database", "must be named: UsePostgres");
    }

    public void Register(ISagaRepositoryRegistrationConfigurator<TSaga> services)
    {
        services.TryAddScoped(scope => new SagaStore<TSaga>(context!(scope), LockClause!));
        services.RegisterLoadSagaRepository<TSaga, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
        services.RegisterQuerySagaRepository<TSaga, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
        services.RegisterSagaRepository<
            TSaga, DbContext, SagaConsumeContextFactory<DbContext, TSaga>, EntityFrameworkSagaRepositoryContextFactory<TSaga>>();
    }
}
