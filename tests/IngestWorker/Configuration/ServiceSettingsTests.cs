using Headgate.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Headgate.IngestWorker.Tests.Configuration;

public sealed class ServiceSettingsTests : IDisposable
{
    const string State = "Host=db;Password=not-to-be-seen";
    const string Amqp = "amqp://ingest:not-to-be-seen@broker:5672/headgate";

    readonly string _directory = Directory.CreateTempSubdirectory("headgate-settings-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Secrets_are_read_from_variables()
    {
        var settings = Read(("HEADGATE_STATE", State), ("HEADGATE_AMQP", Amqp));

        Assert.Equal((State, new Uri(Amqp)), (settings.State, settings.Amqp));
    }

    [Fact]
    public void Secrets_are_read_from_files_without_the_white_space_around_them()
    {
        var settings = Read(("HEADGATE_STATE_FILE", Put("state", $"{State}\n")), ("HEADGATE_AMQP_FILE", Put("amqp", $"  {Amqp}\r\n")));

        Assert.Equal((State, new Uri(Amqp)), (settings.State, settings.Amqp));
    }

    [Fact]
    public void Missing_secret_is_an_error_that_names_both_ways() => Refused("HEADGATE_AMQP_FILE", ("HEADGATE_STATE", State));

    [Fact]
    public void Secret_in_both_places_is_refused_instead_of_choosing_one() =>
        Refused("HEADGATE_STATE_FILE", ("HEADGATE_STATE", State), ("HEADGATE_STATE_FILE", Put("state", State)), ("HEADGATE_AMQP", Amqp));

    [Fact]
    public void File_that_is_not_there_is_an_error_that_names_the_variable_and_the_file() =>
        Refused("HEADGATE_STATE_FILE: /nowhere/state", ("HEADGATE_STATE_FILE", "/nowhere/state"), ("HEADGATE_AMQP", Amqp));

    [Fact]
    public void Empty_file_is_an_error() =>
        Refused("is empty", ("HEADGATE_STATE_FILE", Put("state", " \n")), ("HEADGATE_AMQP", Amqp));

    [Fact]
    public void Malformed_broker_in_a_file_is_an_error_that_does_not_show_it() =>
        Refused("HEADGATE_AMQP", ("HEADGATE_STATE", State), ("HEADGATE_AMQP_FILE", Put("amqp", "https://ingest:not-to-be-seen@broker")));

    static void Refused(string part, params (string Name, string Value)[] settings)
    {
        var message = Assert.Throws<InvalidOperationException>(() => Read(settings)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-to-be-seen", message, StringComparison.Ordinal);
    }

    string Put(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    static ServiceSettings Read(params (string Name, string Value)[] settings) => ServiceSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(
            setting => setting.Name, setting => (string?)setting.Value, StringComparer.Ordinal)).Build());
}
