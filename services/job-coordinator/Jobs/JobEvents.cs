using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>The events of a job's life that programs of others listen to; docs/events.md has each.</summary>
static class JobEvents
{
    public static void AddJobEvents(this IBusRegistrationConfigurator bus)
    {
        bus.AddEventForOthers<JobStarted>();
        bus.AddEventForOthers<JobPaused>();
        bus.AddEventForOthers<JobResumed>();
        bus.AddEventForOthers<ExtractionCanceled>();
        bus.AddEventForOthers<JobCanceled>();
        bus.AddEventForOthers<JobFailed>();
        bus.AddEventForOthers<JobCompleted>();
        bus.AddEventForOthers<JobDiscarded>();
        bus.AddEventForOthers<GuardTripped>();
    }
}
