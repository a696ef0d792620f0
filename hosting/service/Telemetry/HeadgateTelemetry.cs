using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Headgate.Hosting.Telemetry;

/// <summary>The names under which Headgate traces and measures.</summary>
public static class HeadgateTelemetry
{
    /// <summary>The source and the meter of everything that is not MassTransit's or Npgsql's own.</summary>
    public const string Name = "Headgate";

    /// <summary>Spans of the steps of a job.</summary>
    public static readonly ActivitySource Source = new(Name);

    /// <summary>Metrics; docs/operations.md lists them.</summary>
    public static readonly Meter Meter = new(Name);
}
