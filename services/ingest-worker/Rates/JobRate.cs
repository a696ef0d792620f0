namespace Headgate.IngestWorker.Rates;

/// <summary>The ceiling of one job's segments, as far as this process knows; the same for all of them that it has in hand.</summary>
sealed class JobRate(RateSetting setting)
{
    RateSetting _now = setting;

    public RateSetting Now => Volatile.Read(ref _now);

    /// <summary>Takes the setting over, unless a later one is known.</summary>
    public void Set(RateSetting setting)
    {
        while (Now is var before && setting.No > before.No)
        {
            if (Interlocked.CompareExchange(ref _now, setting, before) != before) continue;
            before.End();
            return;
        }
    }
}
