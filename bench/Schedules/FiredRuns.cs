using System.Collections.Concurrent;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Starts;
using Headgate.Hosting.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Bench.Schedules;

/// <summary>In the place of the coordinator: it tells a scheduler the schedules of its pipelines, and takes the runs that come due.</summary>
sealed class FiredRuns : IAsyncDisposable
{
    const int PageSize = 500;
    const int AtOnce = 200;

    readonly IReadOnlyList<StartRulesChanged> _rules;
    readonly Dictionary<Guid, int> _places;
    readonly ConcurrentQueue<(DateTimeOffset Due, double LateMilliseconds)> _runs = new();
    readonly IHost _host;

    FiredRuns(Uri amqp, IReadOnlyList<StartRulesChanged> rules)
    {
        _rules = rules;
        _places = rules.Select((rule, place) => (rule.PipelineId, place)).ToDictionary(each => each.PipelineId, each => each.place);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddHeadgateBus(amqp, bus =>
        {
            bus.AddLane(new Lane { Name = Lanes.Starts, Concurrency = AtOnce, Configure = (_, lane) => lane.Handler<StartJob>(TakeAsync) });
            bus.AddLane(new Lane
            {
                Name = Lanes.Upkeep,
                Concurrency = 1,
                Configure = (_, lane) =>
                {
                    lane.Handler<AskStartRules>(TellAsync);
                    lane.Handler<AskRunsKnown>(context => context.RespondAsync(new RunsKnown { Runs = context.Message.Runs }));
                },
            });
        });
        _host = builder.Build();
    }

    /// <summary>Runs that were taken so far, each with how long after its moment.</summary>
    public IReadOnlyList<(DateTimeOffset Due, double LateMilliseconds)> Runs => [.. _runs];

    public static async Task<FiredRuns> StartAsync(Uri amqp, int pipelines, CancellationToken cancellationToken)
    {
        var fired = new FiredRuns(amqp, Rules(pipelines));
        await fired._host.StartAsync(cancellationToken);
        return fired;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    // A quarter of an hour each, spread over its minutes.
    static List<StartRulesChanged> Rules(int pipelines)
    {
        var now = TimeProvider.System.GetUtcNow();
        return
        [
            .. Enumerable.Range(0, pipelines).Select(no => new StartRulesChanged
            {
                PipelineId = Guid.NewGuid(),
                Project = "bench",
                Pipeline = $"p{no}",
                Revision = 1,
                Schedule = new ScheduleDefinition { Cron = $"{no % 15}-59/15 * * * *" },
                Since = now,
                Anchor = now,
            }),
        ];
    }

    Task TakeAsync(ConsumeContext<StartJob> context)
    {
        if (context.Message.Due is { } due) _runs.Enqueue((due, (TimeProvider.System.GetUtcNow() - due).TotalMilliseconds));
        return Task.CompletedTask;
    }

    Task TellAsync(ConsumeContext<AskStartRules> context)
    {
        var from = context.Message.After is { } after ? _places[after] + 1 : 0;
        return context.RespondAsync(new StartRulesListed { Rules = [.. _rules.Skip(from).Take(PageSize)] });
    }
}
