using Headgate.Connectors.Postgres.Planning;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

public sealed class LoadOrderTests
{
    [Theory]
    [InlineData("a b c", "", "0 0 0")]
    [InlineData("a b c", "a>b b>c", "2 1 0")]
    [InlineData("a b c", "a>a a>x", "0 0 0")]
    [InlineData("a b c d", "a>b b>a c>a b>d", "1 1 2 0")]
    [InlineData("a b c d", "a>b a>c b>d c>d", "2 1 1 0")]
    [InlineData("a b c d e", "a>b b>c c>d d>b e>a", "1 0 0 0 2")]
    public void Parents_come_first_and_cycles_share_a_level(string tables, string references, string levels)
    {
        var result = LoadOrder.Levels(
            tables.Split(' ').Select(Name).ToArray(),
            references.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => (Name(r[..1]), Name(r[2..]))).ToArray());

        Assert.Equal(levels, string.Join(' ', result));
    }

    [Fact]
    public void A_long_chain_does_not_exhaust_the_stack()
    {
        var tables = Enumerable.Range(0, 100_000).Select(i => Name($"t{i}")).ToArray();

        var levels = LoadOrder.Levels(tables, tables.Zip(tables.Skip(1)).ToArray());

        Assert.Equal(99_999, levels[0]);
    }

    static QualifiedName Name(string name) => new("public", name);
}
