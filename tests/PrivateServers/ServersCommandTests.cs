using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Headgate.PrivateServers.Tests;

public sealed class ServersCommandTests : IAsyncLifetime
{
    private readonly ScratchDirectory _scratch = new();
    private string _file = "";
    private Dictionary<string, string> _environment = [];

    public async Task InitializeAsync()
    {
        _file = await ServersCommand.StartAsync(_scratch.Path);
        _environment = (await File.ReadAllLinesAsync(_file)).Select(line => line.Split('=', 2)).ToDictionary(
            parts => parts[0], parts => parts[1].Trim('\''), StringComparer.Ordinal);
    }

    public async Task DisposeAsync()
    {
        await ServersCommand.StopAsync(_scratch.Path);
        _scratch.Dispose();
    }

    [Fact]
    public async Task Each_service_gets_its_own_corner_of_both_servers()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_file));
        await A_role_owns_its_schema_and_cannot_read_anothers();
        await A_user_declares_what_the_bus_declares_and_nothing_else();
        await Programs_of_others_have_the_rights_that_are_deployed();
        await Starting_again_changes_nothing();
        await Stopping_ends_both();
    }

    private async Task A_role_owns_its_schema_and_cannot_read_anothers()
    {
        foreach (var service in (string[])["SCHEDULER", "COORDINATOR", "INGEST", "NOTIFIER"])
        {
            await using var own = NpgsqlDataSource.Create(_environment[$"HEADGATE_{service}_STATE"]);
            await using var create = own.CreateCommand("CREATE TABLE secrets (id int); INSERT INTO secrets VALUES (1)");
            await create.ExecuteNonQueryAsync();
            await using var where = own.CreateCommand("SELECT schemaname FROM pg_tables WHERE tablename = 'secrets' AND tableowner = current_user");
            Assert.Equal(service.ToLowerInvariant(), await where.ExecuteScalarAsync());
        }

        await using var notifier = NpgsqlDataSource.Create(_environment["HEADGATE_NOTIFIER_STATE"]);
        await using var peek = notifier.CreateCommand("SELECT * FROM coordinator.secrets");
        var error = await Assert.ThrowsAsync<PostgresException>(() => peek.ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    private async Task A_user_declares_what_the_bus_declares_and_nothing_else()
    {
        await using var connection = await Amqp.ConnectAsync(new Uri(_environment["HEADGATE_INGEST_AMQP"]));
        await using var channel = await connection.CreateChannelAsync();
        foreach (var exchange in (string[])["Headgate.Contracts.Jobs:PauseJob", "MassTransit:Fault--Headgate.Contracts.Jobs:PauseJob--", "headgate.ingest"])
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        foreach (var queue in (string[])["headgate.ingest", "headgate.ingest_error", "headgate.ingest_skipped", "host_HeadgateIngestWorker_bus_abc"])
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.ExchangeBindAsync("headgate.ingest", "Headgate.Contracts.Jobs:PauseJob", "");
        await channel.QueueBindAsync("headgate.ingest", "headgate.ingest", "");
        await channel.BasicPublishAsync("Headgate.Contracts.Jobs:PauseJob", "", ReadOnlyMemory<byte>.Empty);

        var error = await Assert.ThrowsAsync<OperationInterruptedException>(() => channel.QueueDeclareAsync("payroll"));
        Assert.Equal(403, error.ShutdownReason!.ReplyCode);
        using var management = new RabbitMqManagement(
            new Uri(_environment["HEADGATE_MANAGEMENT"]), _environment["HEADGATE_MANAGEMENT_USER"], _environment["HEADGATE_MANAGEMENT_PASSWORD"]);
        Assert.Contains(await management.QueuesAsync(), queue => queue.Name == "headgate.ingest");
    }

    private async Task Programs_of_others_have_the_rights_that_are_deployed()
    {
        await using var scheduler = await Amqp.ConnectAsync(new Uri(_environment["HEADGATE_SCHEDULER_AMQP"]));
        await using (var channel = await scheduler.CreateChannelAsync())
        {
            await channel.ExchangeDeclareAsync("headgate:upstream-events", ExchangeType.Fanout, durable: true);
            await channel.QueueDeclareAsync("headgate.scheduler.upstream-events", durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync("headgate.scheduler.upstream-events", "headgate:upstream-events", "");
        }

        foreach (var (file, name) in new[] { ("publisher.amqp", "headgate_publisher"), ("subscriber.amqp", "headgate_subscriber") })
        {
            var path = Path.Combine(_scratch.Path, file);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            await using var connection = await Amqp.ConnectAsync(new Uri((await File.ReadAllTextAsync(path)).Trim()));
            string[] rights = ["configure", "write", "read"];
            Assert.Equal(Deployed("permissions", "user", name, rights), await OnServerAsync($"permissions/%2F/{name}", rights));
        }

        string[] policy = ["pattern", "apply-to", "priority", "definition"];
        Assert.Equal(Deployed("policies", "name", "subscribers", policy), await OnServerAsync("policies/%2F/subscribers", policy));
    }

    private static IReadOnlyList<string> Deployed(string list, string key, string value, params string[] wanted)
    {
        var file = Path.Combine(Root(), "deploy", "rabbitmq", "definitions.json");
        var entry = JsonNode.Parse(File.ReadAllText(file))![list]!.AsArray().Single(each => (string)each![key]! == value)!;
        return Shown(entry, wanted);
    }

    private async Task<IReadOnlyList<string>> OnServerAsync(string path, params string[] wanted)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_environment["HEADGATE_MANAGEMENT"]) };
        var login = $"{_environment["HEADGATE_MANAGEMENT_USER"]}:{_environment["HEADGATE_MANAGEMENT_PASSWORD"]}";
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        return Shown(JsonNode.Parse(await http.GetStringAsync(new Uri($"api/{path}", UriKind.Relative)))!, wanted);
    }

    // Members of an object come in the order in which a server likes to write them.
    private static List<string> Shown(JsonNode entry, string[] wanted) =>
    [
        .. wanted.Select(name => entry[name] is JsonObject inner
            ? string.Join(", ", inner.Select(member => $"{member.Key}: {member.Value}").Order(StringComparer.Ordinal)) : $"{entry[name]}"),
    ];

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Headgate.slnx"))) directory = directory.Parent!;
        return directory.FullName;
    }

    private async Task Starting_again_changes_nothing()
    {
        var before = await File.ReadAllTextAsync(_file);
        var publisher = await File.ReadAllTextAsync(Path.Combine(_scratch.Path, "publisher.amqp"));

        await ServersCommand.StartAsync(_scratch.Path);

        Assert.Equal(before, await File.ReadAllTextAsync(_file));
        Assert.Equal(publisher, await File.ReadAllTextAsync(Path.Combine(_scratch.Path, "publisher.amqp")));
    }

    private async Task Stopping_ends_both()
    {
        Assert.Equal(["RabbitMQ", "PostgreSQL"], await ServersCommand.StopAsync(_scratch.Path));
        Assert.Empty(await ServersCommand.StopAsync(_scratch.Path));
    }
}
