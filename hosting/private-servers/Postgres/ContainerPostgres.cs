using System.Security.Cryptography;
using Headgate.PrivateServers.Containers;
using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.Postgres;

internal sealed class ContainerPostgres : IPostgresPrograms
{
    public const string Image = "postgres:17";

    private const int Port = 5432;
    private const string Data = "/var/lib/postgresql/data";

    public Account? Account => null;

    /// <summary>The image makes the cluster itself, as its environment says.</summary>
    public Task InitializeAsync(string home, string data, PostgresLogin login, bool durable, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(data);
        SecretFile.Write(EnvironmentFile(home), $"""
            POSTGRES_USER={login.User}
            POSTGRES_PASSWORD={login.Password}
            POSTGRES_DB=postgres
            LANG=C.UTF-8
            POSTGRES_INITDB_ARGS=--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8

            """);
        return Task.CompletedTask;
    }

    public async Task<(ProcessIdentity Server, string? Container)> StartAsync(
        string home, string data, int port, IReadOnlyDictionary<string, string> settings, bool detached)
    {
        var container = new DockerContainer
        {
            Name = $"headgate-postgres-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
            Image = Image,
            EnvironmentFile = EnvironmentFile(home),
            HostDirectory = data,
            Directory = Data,
            LogFile = Path.Combine(home, "server.log"),
            Ports = [(port, Port)],
            // An engine gives 64 MB, which the memory that parallel queries share outgrows.
            Options = ["--shm-size", "256m"],
            Arguments = ["postgres", .. settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"])],
        };
        return (await DockerEngine.RunAsync(container, detached ? null : "INT"), container.Name);
    }

    private static string EnvironmentFile(string home) => Path.Combine(home, "container.env");
}
