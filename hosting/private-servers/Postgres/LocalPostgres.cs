using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.Postgres;

internal sealed class LocalPostgres(string binaries) : IPostgresPrograms
{
    public Account? Account { get; } = Account.ToDropTo("postgres");

    public static LocalPostgres? Find(IReadOnlyList<string>? directories)
    {
        var program = ProgramSearch.Find("initdb", directories, DebianDirectories());
        if (program is null)
            return null;
        // PATH may hold a link; the server finds its own files beside what the link points to.
        var file = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        var directory = Path.GetDirectoryName(file)!;
        return File.Exists(Path.Combine(directory, "postgres")) ? new LocalPostgres(directory) : null;
    }

    public async Task InitializeAsync(string home, string data, PostgresLogin login, bool durable, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(data, "PG_VERSION")))
            return;
        var passwordFile = Path.Combine(home, "password");
        SecretFile.Write(passwordFile, login.Password, Account);
        try
        {
            var log = Path.Combine(home, "initdb.log");
            var exitCode = await new ServerCommandLine
            {
                Program = Path.Combine(binaries, "initdb"),
                Arguments =
                [
                    "--pgdata", data, "--username", login.User, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                    "--encoding", "UTF8", "--locale", "C.UTF-8", .. durable ? [] : (string[])["--no-sync"],
                ],
                WorkingDirectory = home,
                LogFile = log,
                Account = Account,
            }.RunAsync(cancellationToken);
            if (exitCode != 0)
                throw new ServerStartException($"initdb failed with exit code {exitCode}.{Readiness.LastWords(log)}");
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    public async Task<(ProcessIdentity Server, string? Container)> StartAsync(
        string home, string data, int port, IReadOnlyDictionary<string, string> settings, bool detached)
    {
        var server = await new ServerCommandLine
        {
            Program = Path.Combine(binaries, "postgres"),
            Arguments =
            [
                "-D", data, .. settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]),
                "-c", "listen_addresses=127.0.0.1", "-c", $"port={port}", "-c", "unix_socket_directories=",
            ],
            WorkingDirectory = home,
            LogFile = Path.Combine(home, "server.log"),
            Account = Account,
            ParentDeathSignal = detached ? null : "INT",
        }.StartAsync();
        return (server, null);
    }

    private static IEnumerable<string> DebianDirectories()
    {
        const string versions = "/usr/lib/postgresql";
        return Directory.Exists(versions)
            ? Directory.EnumerateDirectories(versions)
                .OrderByDescending(directory => int.TryParse(Path.GetFileName(directory), out var version) ? version : 0)
                .Select(directory => Path.Combine(directory, "bin"))
            : [];
    }
}
