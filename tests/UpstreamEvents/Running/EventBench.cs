using System.Text.Json;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>Schedulers as processes on a database and a broker of their own, with somebody who answers them and somebody who publishes.</summary>
public sealed class EventBench : IAsyncLifetime
{
    readonly List<ServiceProcess> _schedulers = [];
    readonly string _orders = Path.GetTempFileName();

    internal TestDatabase State { get; private set; } = null!;

    internal VirtualHost Broker { get; private set; } = null!;

    internal Coordinator Coordinator { get; private set; } = null!;

    internal Publisher Publisher { get; private set; } = null!;

    /// <summary>One that a test has for itself.</summary>
    internal static async Task<EventBench> StartAsync()
    {
        var bench = new EventBench();
        await bench.InitializeAsync();
        return bench;
    }

    public async Task InitializeAsync()
    {
        State = await TestDatabase.CreateAsync("events");
        Broker = await VirtualHost.CreateAsync("events");
        Coordinator = await Coordinator.StartAsync(Broker.AmqpUri);
        await StartSchedulerAsync();
        Publisher = await Publisher.ConnectAsync(Broker.AmqpUri);
    }

    internal async Task<ServiceProcess> StartSchedulerAsync()
    {
        var scheduler = await ServiceProcess.StartAsync("scheduler", "Headgate.Scheduler", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HEADGATE_STATE"] = State.ConnectionString,
            ["HEADGATE_AMQP"] = Broker.AmqpUri.ToString(),
            ["HEADGATE_HALT_AT"] = _orders,
            ["DOTNET_TC_CallCounting"] = "0",
        });
        _schedulers.Add(scheduler);
        return scheduler;
    }

    /// <summary>Says at which fault point whoever comes to it is to halt; empty: at none.</summary>
    internal Task HaltAtAsync(string point) => File.WriteAllTextAsync(_orders, point);

    /// <summary>The scheduler that was started first, or the one that came after it was killed.</summary>
    internal ServiceProcess Scheduler => _schedulers[^1];

    /// <summary>A pipeline with triggers, as the coordinator tells it.</summary>
    internal Task<Guid> BindAsync(params (string Event, string? Subject)[] triggers) => BindAsync(State, triggers);

    /// <summary>The same where there is nothing but a database.</summary>
    internal static async Task<Guid> BindAsync(TestDatabase state, params (string Event, string? Subject)[] triggers)
    {
        var id = Guid.NewGuid();
        await using var command = state.DataSource.CreateCommand(
            """
            insert into scheduler.start_rule (pipeline_id, project, pipeline, revision, since, anchor, triggers)
            values ($1, 'crm', 'p' || $1, 1, now(), now(), $2::jsonb)
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(triggers.Select(trigger => trigger.Subject is null
            ? new Dictionary<string, string> { ["event"] = trigger.Event }
            : new Dictionary<string, string> { ["event"] = trigger.Event, ["subject"] = trigger.Subject })));
        await command.ExecuteNonQueryAsync();
        return id;
    }

    /// <summary>Waits until an event's row is as it should be.</summary>
    internal Task EventAsync(string id, string condition) => RowAsync("scheduler.upstream_event", $"event_id = '{id}'", condition);

    /// <summary>Waits until the runs of an event are as they should be, one at least.</summary>
    internal Task RunsAsync(string id, string condition) =>
        RowAsync("scheduler.event_run r join scheduler.upstream_event using (event_no)", $"event_id = '{id}'", condition);

    public async Task DisposeAsync()
    {
        foreach (var scheduler in _schedulers) await scheduler.DisposeAsync();
        await Publisher.DisposeAsync();
        await Coordinator.DisposeAsync();
        await Broker.DisposeAsync();
        await State.DisposeAsync();
        File.Delete(_orders);
    }

    Task RowAsync(string from, string which, string condition) => Installation.EventuallyAsync(
        async () => await State.ScalarAsync<bool>($"select coalesce(bool_and(({condition}) is true), false) from {from} where {which}"),
        async () => $"not {condition}: {await State.ScalarAsync<string>($"select count(*) || ' rows' from {from} where {which}")}\n{Scheduler.Output}");
}
