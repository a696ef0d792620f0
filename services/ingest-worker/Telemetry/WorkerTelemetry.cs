using System.Diagnostics;
using System.Diagnostics.Metrics;
using Headgate.Hosting.Telemetry;

namespace Headgate.IngestWorker.Telemetry;

/// <summary>What the worker traces and measures; docs/operations.md lists it. Counts only, never a value.</summary>
static class WorkerTelemetry
{
    static readonly Counter<long> Extracted =
        HeadgateTelemetry.Meter.CreateCounter<long>("headgate.records.extracted", "{record}", "Records staged");
    static readonly Counter<long> Written =
        HeadgateTelemetry.Meter.CreateCounter<long>("headgate.records.written", "{record}", "Records taken by committed batches");
    static readonly Counter<long> Gone = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.records.vanished", "{record}", "Rows deleted or marked because a full read did not bring them");
    static readonly Counter<long> StagedBytes =
        HeadgateTelemetry.Meter.CreateCounter<long>("headgate.bytes.staged", "By", "Size of staged files");
    static readonly Counter<long> Segments = HeadgateTelemetry.Meter.CreateCounter<long>("headgate.segments", "{segment}", "Segments done");
    static readonly Histogram<double> Batches =
        HeadgateTelemetry.Meter.CreateHistogram<double>("headgate.batches", "ms", "Time that a committed batch took");

    public static Activity? Start(string step, Guid jobId) =>
        HeadgateTelemetry.Source.StartActivity(step)?.SetTag("headgate.job_id", jobId.ToString());

    public static void Staged(long rows, long bytes)
    {
        Extracted.Add(rows);
        StagedBytes.Add(bytes);
        Segments.Add(1, new KeyValuePair<string, object?>("step", "extract"));
    }

    public static void Committed(int rows, bool isRejected, TimeSpan elapsed)
    {
        Written.Add(rows, new KeyValuePair<string, object?>("outcome", isRejected ? "rejected" : "written"));
        Batches.Record(elapsed.TotalMilliseconds);
    }

    public static void Vanished(long rows) => Gone.Add(rows);

    public static void Loaded(string outcome) =>
        Segments.Add(1, new KeyValuePair<string, object?>("step", "load"), new KeyValuePair<string, object?>("outcome", outcome));
}
