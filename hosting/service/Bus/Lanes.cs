namespace Headgate.Hosting.Bus;

/// <summary>The queues, by the names under which an operator finds them in RabbitMQ's console. docs/operations.md describes each.</summary>
public static class Lanes
{
    /// <summary>Runs that are asked for, on their way to the coordinator.</summary>
    public const string Runs = "headgate.scheduler.runs";

    /// <summary>Upstream events, from exchange headgate:upstream-events.</summary>
    public const string UpstreamEvents = "headgate.scheduler.upstream-events";

    /// <summary>What became of the runs that upstream events asked for.</summary>
    public const string EventAnswers = "headgate.scheduler.event-answers";

    /// <summary>Questions for upstream events: somebody waits for the answer.</summary>
    public const string EventQuestions = "headgate.scheduler.event-questions";

    /// <summary>By what runs start by themselves: schedules and triggers, as they change.</summary>
    public const string Rules = "headgate.scheduler.rules";

    /// <summary>Starts of jobs: claims the pipeline and creates the job.</summary>
    public const string Starts = "headgate.coordinator.starts";

    /// <summary>Commands on jobs and confirmations of the fence. Never shared with progress: a backlog would delay a stop.</summary>
    public const string JobCommands = "headgate.coordinator.job-commands";

    /// <summary>How far batches have come. It comes often, and is merged before the job's saga hears of it.</summary>
    public const string Progress = "headgate.coordinator.progress";

    /// <summary>What the workers report: merged progress, and each step that is done or has failed. Running jobs are asked again here too.</summary>
    public const string JobProgress = "headgate.coordinator.job-progress";

    /// <summary>Moves of destination fences.</summary>
    public const string Fences = "headgate.coordinator.fences";

    /// <summary>Turns of pending jobs, and verification of counts.</summary>
    public const string Upkeep = "headgate.coordinator.upkeep";

    /// <summary>Preparation of jobs, schema changes and releases.</summary>
    public const string Prepare = "headgate.ingest.prepare";

    /// <summary>Looks at sources, for files that are to be applied and jobs that are to be resumed: somebody waits for the answer.</summary>
    public const string Checks = "headgate.ingest.checks";

    /// <summary>Staged records to compare with a destination: longer than a check, and somebody's run waits for it.</summary>
    public const string Comparisons = "headgate.ingest.comparisons";

    /// <summary>Segments to read.</summary>
    public const string Extract = "headgate.ingest.extract";

    /// <summary>Segments to write.</summary>
    public const string Load = "headgate.ingest.load";

    /// <summary>Events that somebody is told of.</summary>
    public const string Notices = "headgate.notifier.notices";

    /// <summary>Stops that one worker process hears of: every one has such a queue of its own, gone with it.</summary>
    public static string Stops(string worker) => $"headgate.ingest.stops.{worker}";

    /// <summary>
    /// The address of a lane: its exchange. By its queue's name MassTransit would declare the queue again, as a classic one, and hang.
    /// </summary>
    public static Uri Address(string lane) => new($"exchange:{lane}");
}
