using Headgate.Hosting.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Bench.Stack;

/// <summary>Sends commands on jobs to the coordinator's lane, at once: a command line would take longer to start than a load to end.</summary>
sealed class JobCommands : IAsyncDisposable
{
    readonly IHost _host;

    JobCommands(IHost host) => _host = host;

    public static async Task<JobCommands> StartAsync(Uri amqp, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddHeadgateBus(amqp, _ => { });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new JobCommands(host);
    }

    public Task SendAsync<T>(T command, CancellationToken cancellationToken)
        where T : class => _host.Services.GetRequiredService<IBus>().SendTo(Lanes.JobCommands, command, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
