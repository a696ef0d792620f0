using System.Threading.Channels;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.Scheduler.Tests.Running;

/// <summary>
/// On a scheduler's bus in the coordinator's place: it tells by what runs start when a test says so, knows no run, and keeps what it is sent.
/// </summary>
sealed class StandInCoordinator : IDisposable
{
    readonly TaskCompletionSource<IReadOnlyList<StartRulesChanged>> _rules = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Channel<StartJob> _started = Channel.CreateUnbounded<StartJob>();

    /// <summary>Ends when the scheduler asks for all rules.</summary>
    public Task Asked => _asked.Task;

    public ChannelReader<StartJob> Started => _started.Reader;

    public void Tell(params IReadOnlyList<StartRulesChanged> rules) => _rules.TrySetResult(rules);

    public void AddLanes(IBusRegistrationConfigurator bus)
    {
        bus.AddLane(new Lane
        {
            Name = Lanes.Upkeep,
            Concurrency = 4,
            Configure = (_, lane) =>
            {
                lane.Handler<AskStartRules>(TellAsync);
                lane.Handler<AskRunsKnown>(context => context.RespondAsync(new RunsKnown { Runs = [] }));
            },
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.Starts,
            Concurrency = 1,
            Configure = (_, lane) => lane.Handler<StartJob>(context => _started.Writer.WriteAsync(context.Message).AsTask()),
        });
    }

    public void Dispose() => _rules.TrySetCanceled();

    async Task TellAsync(ConsumeContext<AskStartRules> context)
    {
        _asked.TrySetResult();
        var rules = await _rules.Task;
        await context.RespondAsync(new StartRulesListed { Rules = context.Message.After is null ? rules : [] });
    }
}
