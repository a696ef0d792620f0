using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Tests.Wire;

public sealed class TimeoutHeaderTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("1M", 600_000_000)]
    [InlineData("1S", 10_000_000)]
    [InlineData("1m", 10_000)]
    [InlineData("1u", 10)]
    [InlineData("100n", 1)]
    [InlineData("1n", 1)]
    [InlineData("0n", 0)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    public void Value_is_read(string value, long ticks)
    {
        Assert.True(TimeoutHeader.TryParse(value, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData(0, "0n")]
    [InlineData(-1, "0n")]
    [InlineData(1, "1u")]
    [InlineData(10_000_000, "1000000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(3_155_378_975_999_999_999, "87649415H")]
    public void Written_in_the_finest_unit_that_fits(long ticks, string expected) => Assert.Equal(expected, TimeoutHeader.Format(new TimeSpan(ticks)));

    [Fact]
    public void Written_is_never_less_than_what_was_meant()
    {
        var random = new Random(1);
        for (var round = 0; round < 10_000; round++)
        {
            var ticks = random.NextInt64(1, 1L << random.Next(1, 50));
            Assert.True(TimeoutHeader.TryParse(TimeoutHeader.Format(new TimeSpan(ticks)), out var back));
            Assert.InRange(back.Ticks, ticks, ticks + Math.Max(10, ticks / 1000));
        }
    }
}
