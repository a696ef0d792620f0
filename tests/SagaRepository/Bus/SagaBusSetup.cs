using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests.Bus;

/// <summary>What a test wants of its <see cref="SagaBus{TMachine}"/>.</summary>
sealed record SagaBusSetup
{
    public bool Locked { get; init; } = true;

    public int Concurrency { get; init; } = 16;

    public int Retries { get; init; }

    public bool SendsAgain { get; init; } = true;

    /// <summary>Filters between the outbox and the saga.</summary>
    public Action<IReceiveEndpointConfigurator, IRegistrationContext> InsideOutbox { get; init; } = (_, _) => { };

    public Action<IServiceCollection> Services { get; init; } = _ => { };
}
