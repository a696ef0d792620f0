using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>Hears what the scheduler asks for, and answers as the coordinator would.</summary>
sealed class Coordinator : IAsyncDisposable
{
    readonly IBusControl _bus;
    readonly ConcurrentQueue<StartJob> _asked;
    readonly TaskCompletionSource<IReadOnlyList<StartRulesChanged>?> _rules = new(TaskCreationOptions.RunContinuationsAsynchronously);

    Coordinator(IBusControl bus, ConcurrentQueue<StartJob> asked)
    {
        _bus = bus;
        _asked = asked;
    }

    /// <summary>What a run is answered with; null: nothing, as if the broker had lost it. Default: it is started.</summary>
    public Func<StartJob, RunAnswered?> Answer { get; set; } = run => new RunAnswered
    {
        RunId = run.RunId,
        Outcome = RunOutcome.Started,
        JobId = run.RunId,
        Sentence = $"Job {run.RunId} was accepted.",
    };

    /// <summary>Tells by what runs start. Until then schedulers that have started wait for the answer.</summary>
    public void Tell(params IReadOnlyList<StartRulesChanged> rules) => _rules.TrySetResult(rules);

    public static async Task<Coordinator> StartAsync(Uri broker)
    {
        var asked = new ConcurrentQueue<StartJob>();
        Coordinator? coordinator = null;
        var bus = Bus.Factory.CreateUsingRabbitMq(transport =>
        {
            transport.Host(broker);
            transport.ConfigureJsonSerializerOptions(options =>
            {
                options.Converters.Add(new JsonStringEnumConverter());
                return options;
            });
            transport.ReceiveEndpoint(Lanes.Starts, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.Handler<StartJob>(async context =>
                {
                    asked.Enqueue(context.Message);
                    if (coordinator!.Answer(context.Message) is { } answer) await context.RespondAsync(answer);
                });
            });
            transport.ReceiveEndpoint(Lanes.Upkeep, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.Handler<AskStartRules>(async context =>
                {
                    if (await coordinator!._rules.Task is not { } rules) return;
                    await context.RespondAsync(new StartRulesListed { Rules = context.Message.After is null ? rules : [] });
                });
            });
        });
        coordinator = new Coordinator(bus, asked);
        await bus.StartAsync();
        return coordinator;
    }

    /// <summary>What was asked for so far because of an event.</summary>
    public IReadOnlyList<StartJob> Asked(string eventId) =>
        [.. _asked.Where(run => run.TriggerDetail!.EndsWith($" {eventId}", StringComparison.Ordinal))];

    /// <summary>Waits until so much was asked for.</summary>
    public async Task<IReadOnlyList<StartJob>> AskedAsync(string eventId, int count = 1)
    {
        await Installation.EventuallyAsync(
            () => Task.FromResult(Asked(eventId).Count >= count), () => Task.FromResult($"{Asked(eventId).Count} of {count} runs were asked for"));
        return Asked(eventId);
    }

    public async ValueTask DisposeAsync()
    {
        _rules.TrySetResult(null);
        await _bus.StopAsync(TimeSpan.FromSeconds(10));
    }
}
