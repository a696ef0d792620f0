using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Starts;
using Headgate.Hosting.State;
using Headgate.Scheduler.Alarms;
using Headgate.Scheduler.Configuration;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Headgate.Scheduler.Telemetry;
using Headgate.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Headgate.Scheduler.Tests.Running;

/// <summary>The scheduler's parts on a real database, with a clock that is set and lanes that are held.</summary>
sealed class SchedulerBench : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    SchedulerBench(TestDatabase database)
    {
        Database = database;
        State = new SchedulerState(database.ConnectionString);
        var sender = new RunSender(Options.Create(new SchedulerOptions()));
        Messages = new DueMessages(State, Clock, NullLogger<DueMessages>.Instance);
        Rules = new RuleStore(State, sender, Messages, Clock, NullLogger<RuleStore>.Instance);
        Due = new DueStore(State);
        Round = new DueRound(State, sender, Messages, Lanes, Clock, new SchedulerTelemetry(), NullLogger<DueRound>.Instance);
    }

    public TestDatabase Database { get; }

    public SchedulerState State { get; }

    public SetClock Clock { get; } = new(Start);

    public HeldLanes Lanes { get; } = new();

    public DueMessages Messages { get; }

    public RuleStore Rules { get; }

    public DueStore Due { get; }

    public DueRound Round { get; }

    public static async Task<SchedulerBench> StartAsync()
    {
        var bench = new SchedulerBench(await TestDatabase.CreateAsync("scheduler"));
        await new SchedulerMigration(bench.State, new DatabaseClock()).StartAsync(default);
        return bench;
    }

    /// <summary>A pipeline with a schedule, every ten minutes unless another one is given.</summary>
    public static StartRulesChanged Rule(ScheduleDefinition? schedule = null, int revision = 1, Guid? pipeline = null) => new()
    {
        PipelineId = pipeline ?? Guid.CreateVersion7(),
        Project = "test",
        Pipeline = "contacts",
        Revision = revision,
        Schedule = schedule ?? new ScheduleDefinition { Every = TimeSpan.FromMinutes(10) },
        Since = Start,
        Anchor = Start,
    };

    public Task<KeptRule?> KeepAsync(StartRulesChanged rule) => Rules.KeepAsync(rule, default);

    /// <summary>Every alarm's look, once.</summary>
    public async Task<int> LookAsync()
    {
        var fired = 0;
        for (var alarm = 0; alarm < AlarmClock.Count; alarm++) fired += await Round.FireAsync(alarm, default);
        return fired;
    }

    public Task<T?> OfAsync<T>(StartRulesChanged rule, string column) =>
        Database.ScalarAsync<T>($"select {column} from scheduler.start_rule where pipeline_id = '{rule.PipelineId}'");

    public async ValueTask DisposeAsync()
    {
        await State.DisposeAsync();
        await Database.DisposeAsync();
    }
}
