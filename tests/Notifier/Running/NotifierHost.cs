using System.Collections.Concurrent;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Notifier.Tests.Running;

/// <summary>A whole notifier on the in-memory transport.</summary>
sealed class NotifierHost : IAsyncDisposable
{
    readonly IHost _host;
    readonly KeptEar _ear;
    readonly LogLines _log;

    NotifierHost(IHost host, KeptEar ear, LogLines log)
    {
        _host = host;
        _ear = ear;
        _log = log;
    }

    /// <summary>What it has logged so far.</summary>
    public string Log => string.Join('\n', _log.Lines);

    public static async Task<NotifierHost> StartAsync(TestDatabase state, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var (ear, log) = (new KeptEar(), new LogLines());
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(
            setting => new KeyValuePair<string, string?>(setting.Key.Replace("__", ":", StringComparison.Ordinal), setting.Value)));
        builder.Logging.ClearProviders().AddProvider(log);
        builder.AddNotifier(new ServiceSettings { State = state.ConnectionString, Staging = "" });
        builder.AddHeadgateBus(amqp: null, bus =>
        {
            bus.AddNotifierConsumers();
            bus.AddLane(new Lane
            {
                Name = "headgate.test.kept",
                Concurrency = 8,
                Events = [new LaneEvent<NoticeKept>()],
                Configure = (_, endpoint) => endpoint.Instance(ear),
            });
        });
        builder.AddNotifierSending();
        var host = builder.Build();
        await host.StartAsync();
        return new NotifierHost(host, ear, log);
    }

    /// <summary>Delivers an event under a message id, and waits until the notifier has said that it is kept.</summary>
    public async Task DeliverAsync(object notice, Guid? id = null)
    {
        var messageId = id ?? Guid.NewGuid();
        var kept = _ear.HeardAsync(messageId);
        await SendAsync(notice, messageId);
        await kept;
    }

    /// <summary>As the coordinator does: what programs of others hear as well comes to the notifier's lane as a copy of its own.</summary>
    public async Task SendAsync(object notice, Guid id)
    {
        var bus = _host.Services.GetRequiredService<IBus>();
        if (notice is JobDeadlinePassed or StopUnconfirmed)
        {
            await bus.Publish(notice, notice.GetType(), Pipe.Execute<PublishContext>(context => context.MessageId = id));
            return;
        }

        var lane = await bus.GetSendEndpoint(Lanes.Address(Lanes.Notices));
        await lane.Send(notice, notice.GetType(), Pipe.Execute<SendContext>(context => context.MessageId = id));
    }

    /// <summary>Whether the notifier has said of a message that it is kept.</summary>
    public bool IsAnswered(Guid id) => _ear.Heard.ContainsKey(id);

    public Task<HealthReport> HealthAsync() => _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }

    sealed class KeptEar : IConsumer<NoticeKept>
    {
        readonly ConcurrentDictionary<Guid, TaskCompletionSource> _awaited = new();

        public ConcurrentDictionary<Guid, bool> Heard { get; } = new();

        public async Task HeardAsync(Guid id)
        {
            var heard = _awaited[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await heard.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        public Task Consume(ConsumeContext<NoticeKept> context)
        {
            Heard[context.Message.NoticeId] = true;
            if (_awaited.TryGetValue(context.Message.NoticeId, out var heard)) heard.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
