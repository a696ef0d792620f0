using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Bench.Stack;

/// <summary>
/// Starts runs and commands jobs as a program does, by message. A command line of its own for each would take longer to start than a load
/// to end, and would be compiled on the processors that are measured.
/// </summary>
sealed class JobCommands : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly IHost _host;

    JobCommands(IHost host) => _host = host;

    IBus Bus => _host.Services.GetRequiredService<IBus>();

    public static async Task<JobCommands> StartAsync(Uri amqp, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddHeadgateBus(amqp, _ => { });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new JobCommands(host);
    }

    /// <summary>Starts a run of the benchmark's pipeline; its job's row may come after the answer.</summary>
    public async Task<Guid> RunAsync(string pipeline, CancellationToken cancellationToken)
    {
        var client = Bus.CreateRequestClient<StartRun>(Lanes.Address(Lanes.Runs), Patience);
        var answer = await client.GetResponse<RunAnswered>(
            new StartRun { RunId = Guid.CreateVersion7(), Project = "bench", Pipeline = pipeline, Trigger = TriggerKind.SyncNow, Actor = "bench" },
            cancellationToken);
        return answer.Message is { Outcome: not (RunOutcome.Refused or RunOutcome.Skipped), JobId: { } job }
            ? job
            : throw new BenchException($"No run of {pipeline} was started: {answer.Message.Sentence}");
    }

    public Task SendAsync<T>(T command, CancellationToken cancellationToken)
        where T : class => Bus.SendTo(Lanes.JobCommands, command, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
