using Quartz;

namespace Headgate.Scheduler.Alarms;

/// <summary>What Quartz runs when an alarm goes off: at one instance at a time.</summary>
[DisallowConcurrentExecution]
sealed class AlarmJob(AlarmRound round) : IJob
{
    public Task Execute(IJobExecutionContext context) => round.RunAsync(AlarmClock.NumberOf(context.JobDetail.Key));
}
