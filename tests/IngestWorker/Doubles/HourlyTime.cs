namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>A clock by which an hour is over whenever it is looked at.</summary>
sealed class HourlyTime : TimeProvider
{
    long _hours;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => 3600 * Interlocked.Increment(ref _hours);
}
