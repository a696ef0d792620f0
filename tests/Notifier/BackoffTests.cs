using Headgate.Notifier.Sending;

namespace Headgate.Notifier.Tests;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 20)]
    [InlineData(3, 80)]
    [InlineData(7, 900)]
    [InlineData(10_000, 900)]
    public void Wait_doubles_up_to_its_limit_give_or_take_a_quarter(int tries, int seconds)
    {
        double[] waits = [.. Enumerable.Range(0, 200).Select(_ => Backoff.After(tries, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(15)).TotalSeconds)];
        Assert.All(waits, wait => Assert.InRange(wait, seconds * 0.75, seconds * 1.25));
        Assert.True(waits.Max() - waits.Min() > seconds * 0.1);
    }
}
