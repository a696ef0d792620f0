using System.Text.Json.Serialization;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.Tests.Installations;

/// <summary>Starts runs and commands jobs by messages, as the calls do.</summary>
public sealed class OperatorBus : IAsyncDisposable
{
    readonly IBusControl _bus;

    OperatorBus(IBusControl bus) => _bus = bus;

    public static async Task<OperatorBus> ConnectAsync(Uri broker)
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(transport =>
        {
            transport.Host(broker);
            transport.ConnectEndpointConfigurationObserver(new LateAnswers());
            transport.ConfigureJsonSerializerOptions(options =>
            {
                options.Converters.Add(new JsonStringEnumConverter());
                return options;
            });
        });
        await bus.StartAsync(TimeSpan.FromSeconds(60));
        return new OperatorBus(bus);
    }

    /// <summary>Asks for a run, whoever is there to hear it; the job bears the id that is returned.</summary>
    /// <param name="pipeline">Its name.</param>
    /// <param name="resync">Whether all is to be loaded anew, in place of whatever job is active.</param>
    /// <param name="dropAndLoad">Whether the resync loads tables anew beside the old ones.</param>
    public async Task<Guid> SendRunAsync(string pipeline, bool resync = false, bool dropAndLoad = false)
    {
        var run = Run(pipeline) with { Resync = resync, DropAndLoad = dropAndLoad, Trigger = resync ? TriggerKind.Resync : TriggerKind.SyncNow };
        await _bus.SendTo(Lanes.Runs, run);
        return run.RunId;
    }

    /// <summary>Asks for a run and waits for the answer; null: none came in time.</summary>
    public Task<RunAnswered?> RunAsync(string pipeline, TimeSpan patience) => AskAsync<StartRun, RunAnswered>(Lanes.Runs, Run(pipeline), patience);

    /// <summary>Commands a job and waits for the answer; null: none came in time.</summary>
    public Task<CommandAnswered?> CommandAsync<T>(T command, TimeSpan patience)
        where T : class =>
        AskAsync<T, CommandAnswered>(Lanes.JobCommands, command, patience);

    public async ValueTask DisposeAsync() => await _bus.StopAsync(TimeSpan.FromSeconds(10));

    static StartRun Run(string pipeline) => new()
    {
        RunId = Guid.CreateVersion7(),
        Project = "test",
        Pipeline = pipeline,
        Trigger = TriggerKind.SyncNow,
        Actor = "test",
    };

    async Task<TAnswer?> AskAsync<T, TAnswer>(string lane, T question, TimeSpan patience)
        where T : class
        where TAnswer : class
    {
        try
        {
            using var stop = new CancellationTokenSource(patience);
            return (await _bus.CreateRequestClient<T>(Lanes.Address(lane), patience).GetResponse<TAnswer>(question, stop.Token)).Message;
        }
        catch (Exception error) when (error is RequestTimeoutException or OperationCanceledException)
        {
            return null;
        }
    }
}
