using System.Collections.Concurrent;
using System.Diagnostics;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Hosting.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Bench.Signals;

/// <summary>
/// An operator and a worker in one process, so that one clock times both: it sends commands, tells of progress, and has an ear for stops
/// on a lane like every worker's.
/// </summary>
sealed class SignalBus : IAsyncDisposable
{
    const int Confirmed = 500;
    const int Concurrency = 16;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<Guid, TaskCompletionSource<long>> _ears = new();
    readonly IHost _host;

    SignalBus(Uri amqp)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddHeadgateBus(amqp, bus => bus.AddLane(new Lane
        {
            Name = Lanes.Stops($"bench.{Guid.NewGuid():N}"),
            IsTemporary = true,
            Concurrency = Concurrency,
            Events = [new LaneEvent<JobStopping>()],
            Configure = (_, lane) => lane.Handler<JobStopping>(HearAsync),
        }));
        _host = builder.Build();
    }

    IBus Bus => _host.Services.GetRequiredService<IBus>();

    public static async Task<SignalBus> StartAsync(Uri amqp, CancellationToken cancellationToken)
    {
        var bus = new SignalBus(amqp);
        await bus._host.StartAsync(cancellationToken);
        return bus;
    }

    /// <summary>Milliseconds from the sending of a command to the call of the consumer that hears of the stop.</summary>
    public async Task<double> StopAsync<T>(Guid job, T command, CancellationToken cancellationToken)
        where T : class
    {
        var heard = _ears[job] = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = Stopwatch.GetTimestamp();
        var sent = Bus.SendTo(Lanes.JobCommands, command, cancellationToken);
        var at = await heard.Task.WaitAsync(Patience, cancellationToken);
        await sent;
        return Stopwatch.GetElapsedTime(began, at).TotalMilliseconds;
    }

    public async Task TellAsync(IEnumerable<JobProgressed> events, CancellationToken cancellationToken)
    {
        foreach (var some in events.Chunk(Confirmed))
            await Task.WhenAll(some.Select(progressed => Bus.Publish(progressed, cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    Task HearAsync(ConsumeContext<JobStopping> context)
    {
        var at = Stopwatch.GetTimestamp();
        if (_ears.TryRemove(context.Message.JobId, out var heard)) heard.SetResult(at);
        return Task.CompletedTask;
    }
}
