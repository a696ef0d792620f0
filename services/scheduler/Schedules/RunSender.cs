using System.Globalization;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using Headgate.Scheduler.Configuration;
using Headgate.Scheduler.Rules;
using Headgate.Schedules;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Headgate.Scheduler.Schedules;

/// <summary>Tells the coordinator, which decides, of what has come due, and waits for the broker's confirm.</summary>
sealed class RunSender(IOptions<SchedulerOptions> options)
{
    const string Actor = "headgate";

    // For the broker, and for as many runs as the coordinator may have before it; less than what is waited before a lost one is sent again.
    static readonly TimeSpan OnItsWay = TimeSpan.FromMinutes(3);

    /// <summary>A run that is fired later than this was missed.</summary>
    public TimeSpan MissedAfter => options.Value.MissedAfter;

    /// <summary>What is to be told of a pipeline.</summary>
    public IEnumerable<DueMessage> Of(StartRule rule, DueRuns due)
    {
        if (due.Missed is { } missed) yield return new DueMessage(Record(rule, missed));
        foreach (var run in due.Runs) yield return new DueMessage(Start(rule, run, due.Missed));
    }

    /// <summary>Sent once more it is the same to the coordinator: each run and each record has an id that is told by the pipeline and the moment.</summary>
    public static Task SendAsync(DueMessage message, ISendEndpointProvider lanes, CancellationToken cancellationToken) => message.Run is { } run
        ? lanes.SendTo(Lanes.Starts, run, cancellationToken) : lanes.SendTo(Lanes.Starts, message.Record!, cancellationToken);

    StartJob Start(StartRule rule, DateTimeOffset due, MissedRuns? missed) => new()
    {
        RunId = RunIds.OfRun(rule.PipelineId, due),
        Project = rule.Project,
        Pipeline = rule.Pipeline,
        PipelineId = rule.PipelineId,
        Trigger = TriggerKind.Schedule,
        TriggerDetail = missed?.MadeUpForBy == due ? $"due {Shown(due)}, also for {Count(missed.Count)} missed since {Shown(missed.First)}" : $"due {Shown(due)}",
        Due = due,
        StartBy = rule.Schedule is { Misfire: MisfirePolicy.Skip } schedule
            ? due + NextFire.JitterOf(rule, DueTimes.Of(schedule, rule.Anchor), due) + MissedAfter + OnItsWay : null,
        Actor = Actor,
    };

    static RecordMissedRuns Record(StartRule rule, MissedRuns missed) => new()
    {
        RecordId = RunIds.OfRecord(rule.PipelineId, missed.Last),
        PipelineId = rule.PipelineId,
        Count = missed.Count,
        FirstDue = missed.First,
        LastDue = missed.Last,
        MadeUpForBy = missed.MadeUpForBy,
    };

    static string Count(int runs) => runs == 1 ? "1 run" : string.Create(CultureInfo.InvariantCulture, $"{runs:N0} runs");

    static string Shown(DateTimeOffset due) => due.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
