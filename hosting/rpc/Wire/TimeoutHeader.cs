using System.Globalization;

namespace Headgate.Rpc.Wire;

/// <summary>The value of grpc-timeout: up to eight digits and a unit.</summary>
static class TimeoutHeader
{
    const int MaxDigits = 8;

    public static bool TryParse(string value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > MaxDigits + 1) return false;
        if (!long.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return false;
        long? ticks = value[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        if (ticks is null) return false;
        // Eight digits of hours fit. Nanoseconds are a hundredth of a tick, and round up: a timeout is not over before it began.
        timeout = new TimeSpan(ticks == 0 ? (amount + 99) / 100 : amount * ticks.Value);
        return true;
    }

    /// <summary>In the finest unit that eight digits leave room for.</summary>
    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero) return "0n";
        ReadOnlySpan<(long Ticks, char Unit)> units =
            [(TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'), (TimeSpan.TicksPerMinute, 'M')];
        foreach (var (ticks, unit) in units)
        {
            var amount = ((timeout.Ticks - 1) / ticks) + 1;
            if (amount < 100_000_000) return $"{amount}{unit}";
        }

        return $"{Math.Min(99_999_999, timeout.Ticks / TimeSpan.TicksPerHour)}H";
    }
}
