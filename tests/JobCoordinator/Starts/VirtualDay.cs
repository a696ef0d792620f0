using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Runs;
using Headgate.JobCoordinator.Starts;
using Headgate.Scheduler.Alarms;
using Headgate.Scheduler.Configuration;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Headgate.Scheduler.Telemetry;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Starts;

/// <summary>
/// A scheduler's parts and the coordinator's decisions on one real database, in a time that a test moves. Nobody runs the jobs: the test says
/// which have ended.
/// </summary>
sealed class VirtualDay : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 29, 0, 0, 0, TimeSpan.Zero);

    readonly TestDatabase _database;
    readonly IHost _host;
    readonly SchedulerState _state;
    readonly HandledMessages _handled = new();
    readonly Clock _clock = new();
    readonly RuleStore _rules;

    VirtualDay(TestDatabase database, IHost host)
    {
        (_database, _host) = (database, host);
        _state = new SchedulerState(database.ConnectionString);
        var bus = host.Services.GetRequiredService<IBus>();
        bus.ConnectConsumeObserver(_handled);
        Lanes = new CountedLanes(bus);
        var sender = new RunSender(Options.Create(new SchedulerOptions { MissedAfter = TimeSpan.FromMinutes(6) }));
        var messages = new DueMessages(_state, _clock, NullLogger<DueMessages>.Instance);
        _rules = new RuleStore(_state, sender, messages, _clock, NullLogger<RuleStore>.Instance);
        Answers = new DueAnswers(messages, bus, _clock, NullLogger<DueAnswers>.Instance);
        Round = new DueRound(_state, sender, messages, Lanes, _clock, new SchedulerTelemetry(), NullLogger<DueRound>.Instance);
    }

    public CountedLanes Lanes { get; }

    public DueRound Round { get; }

    public DueAnswers Answers { get; }

    public DateTimeOffset Now
    {
        get => _clock.Now;
        set => _clock.Now = value;
    }

    public static async Task<VirtualDay> BeginAsync()
    {
        var database = await TestDatabase.CreateAsync("day");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddJobCoordinator(new ServiceSettings { State = database.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(amqp: null, bus =>
        {
            bus.AddConsumer<StartJobConsumer>();
            bus.AddConsumer<MissedRunsConsumer>();
            bus.AddConsumer<AskRunsKnownConsumer>();
            bus.AddLane(new Lane
            {
                Name = Hosting.Bus.Lanes.Upkeep,
                Concurrency = 1,
                Configure = (context, lane) => lane.ConfigureConsumer<AskRunsKnownConsumer>(context),
            });
            bus.AddLane(new Lane
            {
                Name = Hosting.Bus.Lanes.Starts,
                Concurrency = 8,
                Configure = (context, lane) =>
                {
                    lane.ConfigureConsumer<StartJobConsumer>(context);
                    lane.ConfigureConsumer<MissedRunsConsumer>(context);
                },
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        var day = new VirtualDay(database, host);
        await new SchedulerMigration(day._state, new DatabaseClock()).StartAsync(default);
        return day;
    }

    /// <summary>All that has come due, sent and handled.</summary>
    public async Task LookAsync()
    {
        foreach (var alarm in await ListAsync(
            $"select alarm from scheduler.start_rule where next_fire <= '{Now:O}' union select alarm from scheduler.due_run where tries = 0", row => row.GetInt16(0)))
            while (await Round.FireAsync(alarm, default) == DueRound.Most) { }
        await _handled.ReachAsync(Lanes.Sent);
    }

    /// <summary>Looks, and dies when the broker has so many messages; what is in hand by then is handled.</summary>
    public async Task DieAsync(int messages)
    {
        Lanes.DieAfter(messages);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(LookAsync);
        Lanes.DieAfter(int.MaxValue);
        await _handled.ReachAsync(Lanes.Sent);
    }

    /// <summary>Tells the scheduler by what all runs start, as the coordinator has it.</summary>
    public async Task TellAsync()
    {
        Guid? after = null;
        while (true)
        {
            List<StartRulesChanged> page;
            await using (var connection = await _database.DataSource.OpenConnectionAsync()) page = await StartRules.PageAsync(connection, after, 500, default);
            if (page.Count == 0) return;
            foreach (var rule in await _rules.NewOfAsync(page, default)) await _rules.KeepAsync(rule, default);
            after = page[^1].PipelineId;
        }
    }

    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    public async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<T>();
        while (await reader.ReadAsync()) list.Add(read(reader));
        return list;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Answers.Dispose();
        await _state.DisposeAsync();
        await _database.DisposeAsync();
    }

    sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
