using System.Diagnostics.Metrics;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Counts the connections of all servers of this process by Kestrel's own count.</summary>
sealed class OpenConnections : IDisposable
{
    readonly MeterListener listener = new();
    long count;

    public OpenConnections()
    {
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument is { Name: "kestrel.active_connections", Meter.Name: "Microsoft.AspNetCore.Server.Kestrel" }) meters.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref count, change));
        listener.Start();
    }

    public long Count => Volatile.Read(ref count);

    public void Dispose() => listener.Dispose();
}
