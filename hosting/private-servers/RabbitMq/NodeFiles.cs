using System.Text;
using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.RabbitMq;

/// <summary>The files that a node reads at its start. Written anew every time, so that settings and users apply.</summary>
internal static class NodeFiles
{
    public const string Configuration = "rabbitmq.conf";
    public const string Advanced = "advanced.config";
    public const string EnabledPlugins = "enabled_plugins";
    public const string EmptyEnvironment = "rabbitmq-env.conf";

    private const string DefinitionsFile = "definitions.json";

    /// <param name="node">The node.</param>
    /// <param name="listeners">Its listener lines: they differ inside and outside of a container.</param>
    /// <param name="seenAs">The home directory as the node sees it.</param>
    /// <param name="owner">Whom the files belong to.</param>
    public static void Write(RabbitMqNode node, string listeners, string seenAs, Account? owner)
    {
        var configuration = new StringBuilder();
        configuration.AppendLine("log.console = true");
        configuration.AppendLine("log.file = false");
        foreach (var (name, value) in node.Settings)
            configuration.AppendLine($"{name} = {value}");
        configuration.AppendLine($"load_definitions = {seenAs}/{DefinitionsFile}");
        configuration.AppendLine(listeners);

        SecretFile.Write(Path.Combine(node.Home, Configuration), configuration.ToString(), owner);
        // Has no name in the other file.
        var tick = node.TotalsEvery is { } every ? $"{{rabbit, [{{quorum_tick_interval, {(int)every.TotalMilliseconds} }}]}}" : "";
        SecretFile.Write(Path.Combine(node.Home, Advanced), $"[{tick}].\n", owner);
        SecretFile.Write(Path.Combine(node.Home, DefinitionsFile), Definitions.For(node), owner);
        SecretFile.Write(Path.Combine(node.Home, EnabledPlugins), "[rabbitmq_management].\n", owner);
        SecretFile.Write(Path.Combine(node.Home, EmptyEnvironment), "", owner);
        var cookie = Path.Combine(node.Home, ".erlang.cookie");
        if (!File.Exists(cookie))
            SecretFile.Write(cookie, SecretFile.NewPassword(), owner);
    }
}
