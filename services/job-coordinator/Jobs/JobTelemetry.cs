using System.Diagnostics.Metrics;
using Headgate.Hosting.Telemetry;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>Logs and counts the states that jobs enter, and measures how long jobs and stops took.</summary>
sealed partial class JobTelemetry(SyncJobStateMachine machine, TimeProvider time, ILogger<JobTelemetry> log) : IStateObserver<SyncJob>, IHostedService
{
    IDisposable? _connection;

    static readonly Counter<long> Entered = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.jobs.entered", "{job}", "Jobs that entered a state, by state");

    static readonly Histogram<double> Durations = HeadgateTelemetry.Meter.CreateHistogram<double>(
        "headgate.job.duration", "s", "From acceptance to a final state, by state");

    static readonly Histogram<double> Stops = HeadgateTelemetry.Meter.CreateHistogram<double>(
        "headgate.stop.duration", "s", "From a stop's request to its confirmation by the fence, by mode",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StopTimes.Bounds });

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = ((StateMachine<SyncJob>)machine).ConnectStateObserver(this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _connection?.Dispose();
        return Task.CompletedTask;
    }

    public Task StateChanged(BehaviorContext<SyncJob> context, State currentState, State previousState)
    {
        var (job, now, state) = (context.Saga, time.GetUtcNow(), new KeyValuePair<string, object?>("state", currentState.Name));
        LogEntered(job.CorrelationId, job.Project, job.Pipeline, currentState.Name, job.Attempt, job.Epoch);
        Entered.Add(1, state);
        if (currentState.Name is nameof(SyncJobStateMachine.Completed) or nameof(SyncJobStateMachine.Canceled) or nameof(SyncJobStateMachine.Discarded))
            Durations.Record((now - job.CreatedAt).TotalSeconds, state);
        if (context.TryGetPayload<ConfirmedStop>(out var stop)) Stops.Record(stop.seconds, new KeyValuePair<string, object?>("mode", stop.mode));
        return Task.CompletedTask;
    }
}
