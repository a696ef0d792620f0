using Headgate.SagaRepository.CrashHost.Tallies;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Registration_without_a_context_is_refused()
        => Assert.Contains("ExistingDbContext", Refusal(repository => repository.UsePostgres()), StringComparison.Ordinal);

    [Fact]
    public void Registration_without_a_database_is_refused()
        => Assert.Contains("UsePostgres", Refusal(repository => repository.ExistingDbContext<TallyDbContext>()), StringComparison.Ordinal);

    static string Refusal(Action<IEntityFrameworkSagaRepositoryConfigurator<Tally>> configure) =>
        Assert.Throws<ConfigurationException>(() => new ServiceCollection().AddMassTransit(
            bus => bus.AddSagaStateMachine<TallyMachine, Tally>().EntityFrameworkRepository(configure))).Message;
}
