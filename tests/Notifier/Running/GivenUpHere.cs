using System.Diagnostics.Metrics;

namespace Headgate.Notifier.Tests.Running;

/// <summary>Counts what notifiers give up that were started here, and not those of other tests beside it.</summary>
sealed class GivenUpHere : IDisposable
{
    // Flows into whatever is started from here on.
    static readonly AsyncLocal<GivenUpHere?> Current = new();

    readonly MeterListener _listener = new();
    long _count;

    GivenUpHere()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "headgate.notices.failed") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) =>
        {
            if (Current.Value == this) Interlocked.Add(ref _count, value);
        });
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public static GivenUpHere Listen() => Current.Value = new GivenUpHere();

    public void Dispose() => _listener.Dispose();
}
