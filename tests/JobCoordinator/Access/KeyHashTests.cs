using Headgate.JobCoordinator.Access.Keys;
using Microsoft.Extensions.Configuration;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Hashes are of a secret and a pepper.</summary>
public sealed class KeyHashTests
{
    readonly KeySecret _secret = KeySecret.New();

    [Fact]
    public void Hash_is_of_one_secret_and_one_pepper()
    {
        var (one, other) = (new KeyHashes([1]), new KeyHashes([2]));

        Assert.True(one.AreOf(_secret, one.Of(_secret)));
        Assert.False(one.AreOf(_secret, other.Of(_secret)));
        Assert.False(one.AreOf(KeySecret.New(), one.Of(_secret)));
        Assert.NotEqual(one.PepperMark, other.PepperMark);
    }

    [Fact]
    public void Secret_is_shown_as_its_prefix_only()
    {
        Assert.True(KeySecret.TryParse(_secret.Reveal(), out var parsed));
        Assert.Equal($"hgk_{_secret.Prefix}_***", parsed.ToString());
    }

    [Fact]
    public async Task Pepper_is_what_the_setting_refers_to()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pepper-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, "pepper\n");

        var hashes = KeyHashes.From(Settings($"file:{path}"));

        Assert.True(hashes.AreOf(_secret, new KeyHashes("pepper"u8.ToArray()).Of(_secret)));
        File.Delete(path);
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("env:HEADGATE_NO_SUCH_PEPPER")]
    [InlineData("file:/no/such/pepper")]
    public void Pepper_that_is_not_there_is_an_error_that_names_the_setting_and_no_value(string reference)
    {
        var error = Assert.Throws<InvalidOperationException>(() => KeyHashes.From(Settings(reference)));

        Assert.Contains(KeyHashes.PepperVariable, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    static IConfiguration Settings(string pepper) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(KeyHashes.PepperVariable, pepper)]).Build();
}
