using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Tests.Wire;

public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("plain text ~", "plain text ~")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("ü", "%C3%BC")]
    [InlineData("😀", "%F0%9F%98%80")]
    public void Message_is_encoded_and_back(string message, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(message));
        Assert.Equal(message, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("a%41", "aA")]
    [InlineData("%c3%bc", "ü")]
    public void What_is_not_well_encoded_is_left(string value, string expected) => Assert.Equal(expected, StatusMessage.Decode(value));
}
