using System.Collections.Specialized;
using System.Globalization;
using Quartz;
using Quartz.Impl;
using Quartz.Impl.AdoJobStore;
using Quartz.Logging;
using Quartz.Spi;

namespace Headgate.Scheduler.Alarms;

/// <summary>Quartz on the tables of schema scheduler, together with all other instances.</summary>
static class QuartzStore
{
    static readonly SemaphoreSlim OneAtATime = new(1);

    public static async Task<IScheduler> OpenAsync(
        string connection, TimeSpan takeOverAfter, TimeProvider time, IJobFactory jobs, ILoggerFactory log, CancellationToken cancellationToken)
    {
        // The time of the database for all instances alike: their own clocks may disagree.
        SystemTime.UtcNow = () => time.GetUtcNow();
        LogProvider.SetCurrentLogProvider(new QuartzLog(log));
        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            var quartz = await new StdSchedulerFactory(Settings(connection, takeOverAfter)).GetScheduler(cancellationToken);
            // Known by its name to the whole process, a second one in it would be given this one.
            SchedulerRepository.Instance.Remove(quartz.SchedulerName);
            quartz.JobFactory = jobs;
            return quartz;
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    static NameValueCollection Settings(string connection, TimeSpan takeOverAfter)
    {
        var instance = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";
        return new NameValueCollection
        {
            ["quartz.scheduler.instanceName"] = "headgate",
            ["quartz.scheduler.instanceId"] = instance,
            // Alarms that another instance has set are heard of by looking.
            ["quartz.scheduler.idleWaitTime"] = Milliseconds(TimeSpan.FromSeconds(1)),
            ["quartz.scheduler.batchTriggerAcquisitionMaxCount"] = $"{AlarmClock.Count}",
            ["quartz.threadPool.maxConcurrency"] = $"{AlarmClock.Count}",
            ["quartz.serializer.type"] = typeof(PropertiesSerializer).AssemblyQualifiedName,
            ["quartz.jobStore.type"] = typeof(JobStoreTX).AssemblyQualifiedName,
            ["quartz.jobStore.driverDelegateType"] = typeof(PostgreSQLDelegate).AssemblyQualifiedName,
            ["quartz.jobStore.tablePrefix"] = "scheduler.qrtz_",
            ["quartz.jobStore.useProperties"] = "true",
            ["quartz.jobStore.clustered"] = "true",
            ["quartz.jobStore.acquireTriggersWithinLock"] = "true",
            // What an instance had in hand that is not heard of for the sum of these is done by another.
            ["quartz.jobStore.clusterCheckinInterval"] = Milliseconds(takeOverAfter / 3),
            ["quartz.jobStore.clusterCheckinMisfireThreshold"] = Milliseconds(takeOverAfter * 2 / 3),
            ["quartz.jobStore.dbRetryInterval"] = Milliseconds(TimeSpan.FromSeconds(2)),
            ["quartz.jobStore.dataSource"] = instance,
            [$"quartz.dataSource.{instance}.provider"] = "Npgsql",
            [$"quartz.dataSource.{instance}.connectionString"] = connection,
        };
    }

    static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
