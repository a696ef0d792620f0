using System.Diagnostics.Metrics;
using Headgate.Hosting.Telemetry;
using Headgate.Scheduler.Schedules;

namespace Headgate.Scheduler.Telemetry;

/// <summary>Metrics of the scheduler; docs/operations.md lists them.</summary>
sealed class SchedulerTelemetry
{
    readonly Counter<long> _runs = HeadgateTelemetry.Meter.CreateCounter<long>("headgate.schedule.runs", "{run}", "Runs that came due and were sent.");
    readonly Counter<long> _missed = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.schedule.missed", "{run}", "Runs that came due while no scheduler looked, and were recorded as missed.");
    readonly Histogram<double> _lateness = HeadgateTelemetry.Meter.CreateHistogram<double>(
        "headgate.schedule.lateness", "s", "From when a run came due, jitter included, until the broker had it.");

    /// <summary>What has come due of a pipeline is sent.</summary>
    public void Fired(DueRuns due, TimeSpan lateness)
    {
        if (due.Runs.Count > 0) _runs.Add(due.Runs.Count);
        if (due.Missed is { } missed) _missed.Add(missed.Count);
        if (due.Runs.Count > 0) _lateness.Record(Math.Max(0, lateness.TotalSeconds));
    }
}
