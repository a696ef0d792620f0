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

    static async Task MakeAsync(DirectoryInfo directory)
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
        Assert.True(script.ExitCode == 0, await error);
    }

    static async Task<Dictionary<string, string>> AllAsync(DirectoryInfo directory)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in directory.GetFiles()) files[file.Name] = await File.ReadAllTextAsync(file.FullName);
        return files;
    }
}
