using Headgate.Contracts.Sources;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Plays the worker who compares.</summary>
sealed class ComparingWorker(ComparedSources sources) : IConsumer<ComparePlans>
{
    public Task Consume(ConsumeContext<ComparePlans> context) =>
        sources.Find(context.Message) is { } found ? context.RespondAsync(found) : Task.CompletedTask;
}
