using Headgate.SagaRepository.CrashHost.Tallies;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.SagaRepository.Tests.Machines;

/// <summary>Notes which database contexts the ways to get one lead to.</summary>
public sealed class LookAroundActivity(TallyDbContext injected, Sightings sightings) : IStateMachineActivity<Tally, LookAround>
{
    public async Task Execute(BehaviorContext<Tally, LookAround> context, IBehavior<Tally, LookAround> next)
    {
        sightings.Injected = injected;
        sightings.Resolved = context.GetPayload<IServiceProvider>().GetRequiredService<TallyDbContext>();
        sightings.GotOrCreated = context.GetServiceOrCreateInstance<TallyDbContext>();
        sightings.TracksTheSaga = injected.Entry(context.Saga).State != EntityState.Detached;
        sightings.IsInTransaction = injected.Database.CurrentTransaction is not null;
        await next.Execute(context);
    }

    public Task Faulted<TException>(BehaviorExceptionContext<Tally, LookAround, TException> context, IBehavior<Tally, LookAround> next)
        where TException : Exception => next.Faulted(context);

    public void Accept(StateMachineVisitor visitor) => visitor.Visit(this);

    public void Probe(ProbeContext context) => context.CreateScope("lookAround");
}
