using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Bench.Signals;

/// <summary>
/// The peer: MassTransit's job consumer with its sagas in memory, on the same broker. It stores nothing, and its cancel goes through two
/// sagas to the token of the job that runs.
/// </summary>
sealed class JobConsumerBus : IAsyncDisposable
{
    const int MostAtOnce = 10_000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    // It asks for timers, of which none ever has to fire here: an exchange that leads to no queue takes them.
    static readonly Uri NoScheduler = new("exchange:headgate.bench.no-scheduler");

    readonly IHost _host;

    JobConsumerBus(Uri amqp)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Waiting>();
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddMessageScheduler(NoScheduler);
            bus.AddConsumer<CancelableConsumer>(consumer => consumer.Options<JobOptions<WaitForCancel>>(options => options.SetConcurrentJobLimit(MostAtOnce)));
            bus.SetJobConsumerOptions();
            bus.SetInMemorySagaRepositoryProvider();
            bus.AddJobSagaStateMachines();
            bus.UsingRabbitMq((context, transport) =>
            {
                transport.Host(amqp);
                transport.UseMessageScheduler(NoScheduler);
                transport.ConfigureEndpoints(context);
            });
        });
        _host = builder.Build();
    }

    public static async Task<JobConsumerBus> StartAsync(Uri amqp, CancellationToken cancellationToken)
    {
        var bus = new JobConsumerBus(amqp);
        await bus._host.StartAsync(cancellationToken);
        return bus;
    }

    /// <summary>Milliseconds from the sending of the cancel to the firing of the token, for each of so many jobs, one after the other.</summary>
    public async Task<IReadOnlyList<double>> CancelAsync(int times, CancellationToken cancellationToken)
    {
        var bus = _host.Services.GetRequiredService<IBus>();
        var taken = new List<double>();
        while (taken.Count < times)
        {
            var (started, fired) = _host.Services.GetRequiredService<Waiting>().Begin(out var id);
            var job = await bus.SubmitJob(new WaitForCancel { Id = id }, cancellationToken);
            await started.WaitAsync(Patience, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            var sent = bus.CancelJob(job, "bench");
            var at = await fired.WaitAsync(Patience, cancellationToken);
            await sent;
            taken.Add(Stopwatch.GetElapsedTime(began, at).TotalMilliseconds);
        }

        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    sealed class Waiting
    {
        readonly ConcurrentDictionary<Guid, (TaskCompletionSource Started, TaskCompletionSource<long> Fired)> _jobs = new();

        public (Task Started, Task<long> Fired) Begin(out Guid id)
        {
            id = Guid.NewGuid();
            var entry = _jobs[id] = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
            return (entry.Started.Task, entry.Fired.Task);
        }

        public async Task RunAsync(Guid id, CancellationToken token)
        {
            var (started, fired) = _jobs[id];
            await using var fires = token.Register(() => fired.TrySetResult(Stopwatch.GetTimestamp()));
            started.TrySetResult();
            await fired.Task;
            token.ThrowIfCancellationRequested();
        }
    }

    sealed class CancelableConsumer(Waiting waiting) : IJobConsumer<WaitForCancel>
    {
        public Task Run(JobContext<WaitForCancel> context) => waiting.RunAsync(context.Job.Id, context.CancellationToken);
    }
}
