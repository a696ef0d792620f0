using Google.Protobuf.WellKnownTypes;

namespace Headgate.Cli.Watching;

/// <summary>Records a second, smoothed, by the coordinator's clock.</summary>
sealed class Speed
{
    const double Weight = 0.3;

    (long Written, DateTimeOffset At)? _last;
    double? _perSecond;

    public double? Of(long written, Timestamp? at)
    {
        if (at is null) return _perSecond;
        var now = at.ToDateTimeOffset();
        if (_last is { } last && (now - last.At).TotalSeconds is > 0 and var seconds)
        {
            var current = Math.Max(0, written - last.Written) / seconds;
            _perSecond = _perSecond is { } before ? before + (Weight * (current - before)) : current;
        }

        _last = (written, now);
        return _perSecond;
    }
}
