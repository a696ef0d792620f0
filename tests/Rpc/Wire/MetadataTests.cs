using Grpc.Core;
using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Tests.Wire;

public sealed class MetadataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData(":path")]
    [InlineData("ä")]
    public void Key_with_other_characters_is_refused(string key) => Assert.ThrowsAny<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void Bytes_and_text_are_told_by_the_key()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
    }

    [Fact]
    public void Keys_are_lower_case_and_the_last_value_counts()
    {
        var metadata = new Metadata { { "Key", "1" }, { "KEY", "2" } };
        Assert.Equal("2", metadata.GetValue("kEy"));
        Assert.Equal(2, metadata.GetAll("Key").Count());
    }

    [Fact]
    public void Values_that_headers_cannot_have_are_left_out() =>
        Assert.Equal(["a"], MetadataHeaders.Write(new Metadata { { "a", "1" }, { "b", "x\r\ny: z" }, { "c", "ü" }, { "grpc-status", "0" } }).Select(header => header.Key));

    [Fact]
    public void Joined_bytes_come_apart()
    {
        var metadata = new Metadata();
        MetadataHeaders.Read(metadata, "A-Bin", ["AQ==,Ag", "Aw"]);
        Assert.Equal([1, 2, 3], metadata.Select(entry => entry.ValueBytes.Single()));
    }
}
