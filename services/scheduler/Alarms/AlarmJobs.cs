using Quartz;
using Quartz.Spi;

namespace Headgate.Scheduler.Alarms;

/// <summary>Makes Quartz's jobs from the services; late, since what a job does sets the alarms that Quartz is asked for.</summary>
sealed class AlarmJobs(IServiceProvider services) : IJobFactory
{
    public IJob NewJob(TriggerFiredBundle bundle, IScheduler scheduler) => new AlarmJob(services.GetRequiredService<AlarmRound>());

    public void ReturnJob(IJob job)
    {
    }
}
