using System.Text;

namespace Headgate.PipelineFiles.Tests;

public sealed class LimitTests
{
    [Fact]
    public void Text_of_more_than_1_MiB_is_refused()
    {
        var comment = "#" + new string('x', PipelineFile.MaxBytes - Encoding.UTF8.GetByteCount(Files.Minimal) - 1);

        Assert.Empty(PipelineFile.Parse(Files.Minimal + comment, "big.yaml").Problems);
        AssertOnly(Files.Minimal + comment + "x", "the file is too large");
    }

    [Fact]
    public void Pipeline_of_more_than_10000_objects_is_refused()
    {
        Assert.Empty(PipelineFile.Parse(Objects(PipelineFile.MaxObjects), "big.yaml").Problems);
        AssertOnly(Objects(PipelineFile.MaxObjects + 1), "the list has 10001 entries");
    }

    [Fact]
    public void Filter_of_more_than_10000_characters_is_refused()
    {
        Assert.Empty(PipelineFile.Parse(Files.WithObject($"filter: {new string('x', 10_000)}"), "big.yaml").Problems);
        AssertOnly(Files.WithObject($"filter: {new string('x', 10_001)}"), "it has 10001 characters");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{ a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_refused_at_once(string opening) =>
        AssertOnly(string.Concat(Enumerable.Repeat(opening, 200_000)), "nested too deeply");

    [Fact]
    public void Alias_bomb_is_refused_without_being_expanded()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (var i = 1; i < 60; i++)
            bomb.Append("a").Append(i).Append(": &a").Append(i).Append(" [*a").Append(i - 1).Append(", *a").Append(i - 1).Append("]\n");

        Assert.NotEmpty(PipelineFile.Parse(bomb.ToString(), "bomb.yaml").Problems);
    }

    [Fact]
    public void Nul_does_not_hide_what_follows()
    {
        var problem = Assert.Single(PipelineFile.Parse(Files.Minimal + "\0garbage", "nul.yaml").Problems);

        Assert.Equal((11, 1), (problem.Line, problem.Column));
    }

    static string Objects(int count)
    {
        var text = new StringBuilder(Files.Minimal[..Files.Minimal.IndexOf("    - from", StringComparison.Ordinal)]);
        for (var i = 0; i < count; i++)
            text.Append("    - { from: a, to: t").Append(i).Append(", key: [id] }\n");
        return text.ToString();
    }

    static void AssertOnly(string text, string message) =>
        Assert.Equal(message, Assert.Single(PipelineFile.Parse(text, "big.yaml").Problems).Message);
}
