using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.RabbitMq;

internal sealed record RabbitMqProcesses(ProcessIdentity Server, IReadOnlyList<ProcessIdentity> Companions, string? Container);
