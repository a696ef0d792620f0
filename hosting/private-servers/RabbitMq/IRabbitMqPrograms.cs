using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.RabbitMq;

/// <summary>A way to run RabbitMQ: the machine's own programs, or a container.</summary>
internal interface IRabbitMqPrograms
{
    Account? Account { get; }

    Task<RabbitMqProcesses> StartAsync(RabbitMqNode node, bool detached);
}
