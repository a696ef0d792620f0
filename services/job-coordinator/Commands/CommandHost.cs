using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;

namespace Headgate.JobCoordinator.Commands;

/// <summary>A coordinator without lanes: its database and a bus to send on, for the time of one command.</summary>
sealed class CommandHost : IAsyncDisposable
{
    readonly IHost _host;

    CommandHost(IHost host) => _host = host;

    public PipelineStore Pipelines => _host.Services.GetRequiredService<PipelineStore>();

    public CoordinatorState State => _host.Services.GetRequiredService<CoordinatorState>();

    public Applying.PipelineCheck Check => _host.Services.GetRequiredService<Applying.PipelineCheck>();

    public MassTransit.IBus Bus => _host.Services.GetRequiredService<MassTransit.IBus>();

    public static async Task<CommandHost> StartAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddEnvironmentVariables();
        var settings = ServiceSettings.Read(builder.Configuration);
        builder.Services.AddLogging(logging => logging.AddFilter(level => level >= LogLevel.Error).AddConsole());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddJobCoordinator(settings);
        builder.AddHeadgateBus(settings.Amqp, _ => { });
        builder.Services.AddSingleton<Applying.PipelineCheck>();
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new CommandHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
