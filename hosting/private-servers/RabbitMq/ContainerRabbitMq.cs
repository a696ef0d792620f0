using System.Security.Cryptography;
using Headgate.PrivateServers.Containers;
using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.RabbitMq;

internal sealed class ContainerRabbitMq : IRabbitMqPrograms
{
    public const string Image = "rabbitmq:4-management";

    private const int Port = 5672;
    private const int ManagementPort = 15672;

    /// <summary>The image gives what lies here to the user that the server runs under.</summary>
    private const string Home = "/var/lib/rabbitmq";

    public Account? Account => null;

    public async Task<RabbitMqProcesses> StartAsync(RabbitMqNode node, bool detached)
    {
        NodeFiles.Write(
            node,
            $"""
            listeners.tcp.1 = 0.0.0.0:{Port}
            management.tcp.ip = 0.0.0.0
            management.tcp.port = {ManagementPort}
            """,
            Home,
            owner: null);
        var environmentFile = Path.Combine(node.Home, "container.env");
        SecretFile.Write(environmentFile, $"""
            RABBITMQ_NODENAME={node.Name}@localhost
            RABBITMQ_CONFIG_FILE={Home}/{NodeFiles.Configuration}
            RABBITMQ_CONFIG_FILES={Home}/conf.d
            RABBITMQ_ADVANCED_CONFIG_FILE={Home}/{NodeFiles.Advanced}
            RABBITMQ_ENABLED_PLUGINS_FILE={Home}/{NodeFiles.EnabledPlugins}

            """);

        var container = new DockerContainer
        {
            Name = $"headgate-rabbitmq-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
            Image = Image,
            EnvironmentFile = environmentFile,
            HostDirectory = node.Home,
            Directory = Home,
            LogFile = node.LogFile,
            Ports = [(node.Port, Port), (node.ManagementPort, ManagementPort)],
        };
        var client = await DockerEngine.RunAsync(container, detached ? null : "TERM");
        return new RabbitMqProcesses(client, [], container.Name);
    }
}
