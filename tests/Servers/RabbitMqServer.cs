using Headgate.PrivateServers;

namespace Headgate.Tests.Servers;

/// <summary>The RabbitMQ of this test process.</summary>
/// <param name="AmqpUri">Address of an administrator, credentials included.</param>
/// <param name="Management">Its management API.</param>
/// <param name="Private">The server, when it is ours to stop and kill; null when HEADGATE_TEST_AMQP named it.</param>
public sealed record RabbitMqServer(Uri AmqpUri, RabbitMqManagement Management, PrivateRabbitMq? Private);
