using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.RabbitMq;

internal sealed class LocalRabbitMq(string server, string epmd) : IRabbitMqPrograms
{
    public Account? Account { get; } = Account.ToDropTo("rabbitmq");

    public static LocalRabbitMq? Find(IReadOnlyList<string>? directories)
    {
        // Debian's /usr/sbin/rabbitmq-server insists on its own user and environment: the script below is the real one.
        var server = ProgramSearch.Find("rabbitmq-server", directories ?? DebianDirectories())
            ?? ProgramSearch.Find("rabbitmq-server", directories);
        var epmd = ProgramSearch.Find("epmd", directories, "/usr/lib/erlang/bin");
        return server is null || epmd is null ? null : new LocalRabbitMq(server, epmd);
    }

    public async Task<RabbitMqProcesses> StartAsync(RabbitMqNode node, bool detached)
    {
        NodeFiles.Write(
            node,
            $"""
            listeners.tcp.1 = 127.0.0.1:{node.Port}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {node.ManagementPort}
            """,
            node.Home,
            Account);

        // The node would start an epmd that outlives it: it finds ours on the port instead.
        var epmdPort = FreePort.Next();
        var names = await CommandLine(epmd, node, epmdPort, detached, "-port", $"{epmdPort}", "-address", "127.0.0.1").StartAsync();
        var beam = await CommandLine(server, node, epmdPort, detached).StartAsync();
        return new RabbitMqProcesses(beam, [names], Container: null);
    }

    private ServerCommandLine CommandLine(string program, RabbitMqNode node, int epmdPort, bool detached, params string[] arguments) => new()
    {
        Program = program,
        Arguments = arguments,
        WorkingDirectory = node.Home,
        LogFile = node.LogFile,
        Account = Account,
        ParentDeathSignal = detached ? null : "KILL",
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = node.Home,
            ["ERL_EPMD_PORT"] = $"{epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"{node.Name}@localhost",
            ["RABBITMQ_DIST_PORT"] = $"{FreePort.Next()}",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(node.Home, NodeFiles.EmptyEnvironment),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(node.Home, NodeFiles.Configuration),
            ["RABBITMQ_CONFIG_FILES"] = Path.Combine(node.Home, "conf.d"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(node.Home, NodeFiles.Advanced),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(node.Home, NodeFiles.EnabledPlugins),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(node.Home, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(node.Home, "log"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(node.Home, "generated"),
            ["RABBITMQ_PLUGINS_EXPAND_DIR"] = Path.Combine(node.Home, "plugins"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(node.Home, "pid"),
            // Makes the script become the Erlang machine instead of waiting for it: the process number is the node's own.
            ["detached"] = "1",
        },
    };

    private static List<string> DebianDirectories()
    {
        const string versions = "/usr/lib/rabbitmq/lib";
        return
        [
            "/usr/lib/rabbitmq/bin",
            .. Directory.Exists(versions) ? Directory.EnumerateDirectories(versions).Select(directory => Path.Combine(directory, "sbin")) : [],
        ];
    }
}
