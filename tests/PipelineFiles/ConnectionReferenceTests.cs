using System.Text;

namespace Headgate.PipelineFiles.Tests;

public sealed class ConnectionReferenceTests : IDisposable
{
    const string Secret = "Host=db;Password=hunter2";

    readonly string folder = Directory.CreateTempSubdirectory("headgate-secrets-").FullName;

    readonly string variable = $"HEADGATE_TEST_{Guid.NewGuid():N}";

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(variable, null);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Variable_gives_its_value()
    {
        Environment.SetEnvironmentVariable(variable, Secret);

        Assert.Equal(Secret, ConnectionReference.Resolve($"env:{variable}"));
    }

    [Fact]
    public void File_gives_its_text_without_white_space_around_it() =>
        Assert.Equal(Secret, ConnectionReference.Resolve(Write(Encoding.UTF8.GetBytes($"\uFEFF{Secret}\r\n\n"))));

    [Fact]
    public void Variable_that_is_not_set_is_named() =>
        AssertRefused($"env:{variable}", $"env:{variable}: the environment variable is not set.");

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void Blank_variable_is_named(string value)
    {
        Environment.SetEnvironmentVariable(variable, value);

        Assert.Contains($"env:{variable}: ", Refusal($"env:{variable}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_named() => AssertRefused($"file:{folder}/none", $"file:{folder}/none: the file does not exist.");

    [Fact]
    public void Device_is_not_waited_for() => AssertRefused("file:/dev/ptmx", "file:/dev/ptmx: it is no file with a secret in it.");

    [Fact]
    public void Folder_is_named() => AssertRefused($"file:{folder}", $"file:{folder}: the file cannot be read.");

    [Fact]
    public void Empty_file_is_named()
    {
        var reference = Write(" \n"u8.ToArray());

        AssertRefused(reference, $"{reference}: it is empty.");
    }

    [Fact]
    public void File_of_more_than_64_KiB_is_named()
    {
        var reference = Write(Enumerable.Repeat((byte)'x', ConnectionReference.MaxFileBytes + 1).ToArray());

        AssertRefused(reference, $"{reference}: the file is larger than 65536 bytes.");
    }

    [Fact]
    public void File_of_64_KiB_is_read() =>
        Assert.Equal(
            ConnectionReference.MaxFileBytes,
            ConnectionReference.Resolve(Write(Enumerable.Repeat((byte)'x', ConnectionReference.MaxFileBytes).ToArray())).Length);

    [Fact]
    public void File_that_is_not_UTF8_is_named()
    {
        var reference = Write([0x61, 0xFF]);

        AssertRefused(reference, $"{reference}: the file is not UTF-8.");
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData("env:" + Secret)]
    [InlineData("file:" + Secret)]
    [InlineData("file:")]
    [InlineData("env:")]
    [InlineData("ENV:CRM")]
    [InlineData("vault:crm")]
    [InlineData("")]
    public void Text_that_is_no_reference_is_refused_and_not_repeated(string text) =>
        AssertRefused(text, "A connection is not a reference: expected env:NAME or file:PATH.");

    static void AssertRefused(string reference, string message) => Assert.Equal(message, Refusal(reference));

    static string Refusal(string reference) =>
        Assert.Throws<ConnectionReferenceException>(() => ConnectionReference.Resolve(reference)).Message;

    string Write(byte[] content)
    {
        var path = Path.Combine(folder, "secret");
        File.WriteAllBytes(path, content);
        return $"file:{path}";
    }
}
