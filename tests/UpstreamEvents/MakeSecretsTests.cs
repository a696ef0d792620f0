using System.Diagnostics;
using System.Text.Json;

namespace Headgate.UpstreamEvents.Tests;

/// <summary>The passwords of the containers, where those of a version before upstream events are there.</summary>
public sealed class MakeSecretsTests
{
    static readonly string[] OfGuests = ["rabbitmq_guests.json", "publisher_amqp", "subscriber_amqp"];

    [Fact]
    public async Task What_a_newer_version_needs_is_added_and_what_is_there_stays()
    {
        var directory = Directory.CreateTempSubdirectory("headgate-secrets-");
        try
        {
            await MakeAsync(directory);
            foreach (var file in OfGuests) File.Delete(Path.Combine(directory.FullName, file));
            var before = await AllAsync(directory);

            await MakeAsync(directory);
            var added = await AllAsync(directory);
            await MakeAsync(directory);

            Assert.Equal(OfGuests.Order(), added.Keys.Except(before.Keys).Order());
            Assert.All(before, file => Assert.Equal(file.Value, added[file.Key]));
            Assert.Equal(added, await AllAsync(directory));
            using var users = JsonDocument.Parse(added["rabbitmq_guests.json"]);
            Assert.Equal(
                ["headgate_publisher", "headgate_subscriber"],
                users.RootElement.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("name").GetString()));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Directory_that_Docker_has_made_in_the_place_of_a_file_is_named_with_the_way_out(bool isUpgrade)
    {
        var directory = Directory.CreateTempSubdirectory("headgate-secrets-");
        try
        {
            if (isUpgrade) await MakeAsync(directory);
            var inTheWay = Path.Combine(directory.FullName, "rabbitmq_guests.json");
            File.Delete(inTheWay);
            Directory.CreateDirectory(inTheWay);

            var (exitCode, error) = await RunAsync(directory);

            Assert.Equal(1, exitCode);
            Assert.Contains($"remove it (sudo rmdir {inTheWay})", error, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(inTheWay));
            Directory.Delete(inTheWay);
            await MakeAsync(directory);
            Assert.True(File.Exists(inTheWay));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    static async Task MakeAsync(DirectoryInfo directory)
    {
        var (exitCode, error) = await RunAsync(directory);
        Assert.True(exitCode == 0, error);
    }

    static async Task<(int ExitCode, string Error)> RunAsync(DirectoryInfo directory)
    {
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", "make-secrets"), [directory.FullName])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = script.StandardError.ReadToEndAsync();
        await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        return (script.ExitCode, await error);
    }

    static async Task<Dictionary<string, string>> AllAsync(DirectoryInfo directory)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in directory.GetFiles()) files[file.Name] = await File.ReadAllTextAsync(file.FullName);
        return files;
    }
}
