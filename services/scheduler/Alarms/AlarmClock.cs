using System.Globalization;
using Headgate.Scheduler.Configuration;
using Headgate.Scheduler.State;
using Microsoft.Extensions.Options;
using Quartz;

namespace Headgate.Scheduler.Alarms;

/// <summary>
/// The alarms of all schedulers together: jobs of Quartz in its clustered store, each for a share of the pipelines. It goes off when the next
/// run of one of them is fired, at one instance at a time, and at another one if that dies.
/// </summary>
sealed class AlarmClock(
    SchedulerState state, DueStore due, TimeProvider time, AlarmJobs jobs, IOptions<SchedulerOptions> options, ILoggerFactory log)
{
    /// <summary>How many there are, as the column start_rule.alarm has it.</summary>
    public const int Count = 16;

    const string Group = "alarms";

    // Each goes off so often at least, whatever was lost: a look that finds nothing costs one statement.
    static readonly TimeSpan AtLeast = TimeSpan.FromMinutes(1);

    IScheduler? _quartz;

    IScheduler Quartz => _quartz ?? throw new InvalidOperationException("The alarms are not there before the scheduler starts.");

    /// <summary>Makes the alarms, all of which go off when they are started: something may have come due meanwhile.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _quartz = await QuartzStore.OpenAsync(state.ConnectionString, options.Value.TakeOverAfter, time, jobs, log, cancellationToken);
        await _quartz.ScheduleJobs(
            Enumerable.Range(0, Count).ToDictionary(Job, alarm => (IReadOnlyCollection<ITrigger>)[At(alarm, time.GetUtcNow())]),
            replace: true, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Quartz.Start(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Quartz.Shutdown(waitForJobsToComplete: true, cancellationToken);

    /// <summary>Sets an alarm for the next run, after what has come due is done; not before a moment, if one is given.</summary>
    public async Task SetAsync(int alarm, DateTimeOffset? notBefore, CancellationToken cancellationToken)
    {
        var next = await due.NextFireAsync(alarm, cancellationToken);
        var latest = time.GetUtcNow() + AtLeast;
        var at = Later(next < latest ? next.Value : latest, notBefore);
        await Quartz.RescheduleJob(Key(alarm), At(alarm, at), cancellationToken);
        // What has been written down meanwhile by who saw the alarm as it was before.
        if (await due.NextFireAsync(alarm, cancellationToken) is { } since) await BringForwardAsync(alarm, Later(since, notBefore), cancellationToken);
    }

    /// <summary>Sees to it that an alarm goes off by then.</summary>
    public async Task BringForwardAsync(int alarm, DateTimeOffset by, CancellationToken cancellationToken)
    {
        // Two that bring it forward at once could each undo the other's: so each looks again, until it is early enough.
        while (await Quartz.GetTrigger(Key(alarm), cancellationToken) is { } trigger && !(trigger.GetNextFireTimeUtc() <= by))
            await Quartz.RescheduleJob(Key(alarm), At(alarm, by), cancellationToken);
    }

    /// <summary>The number of the alarm that a job is.</summary>
    public static int NumberOf(JobKey job) => int.Parse(job.Name, CultureInfo.InvariantCulture);

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    static IJobDetail Job(int alarm) => JobBuilder.Create<AlarmJob>()
        .WithIdentity(Name(alarm), Group).StoreDurably().RequestRecovery()
        .WithDescription("Fires the runs of its share of the pipelines.").Build();

    static ITrigger At(int alarm, DateTimeOffset at) => TriggerBuilder.Create()
        .WithIdentity(Key(alarm)).ForJob(Name(alarm), Group).StartAt(at)
        .WithSimpleSchedule(schedule => schedule.WithInterval(AtLeast).RepeatForever().WithMisfireHandlingInstructionNowWithExistingCount())
        .Build();

    static TriggerKey Key(int alarm) => new(Name(alarm), Group);

    static string Name(int alarm) => alarm.ToString("00", CultureInfo.InvariantCulture);
}
