using Headgate.Tests.Servers;

namespace Headgate.SagaRepository.Tests;

/// <summary>The servers that the tests use; there once a <see cref="TestDatabase"/> was made.</summary>
static class TestServers
{
    public static string Postgres { get; private set; } = "";

    public static Uri RabbitMq { get; private set; } = null!;

    public static async Task StartAsync()
    {
        Postgres = (await SharedServers.PostgresAsync()).ConnectionString;
        RabbitMq = (await SharedServers.RabbitMqAsync()).AmqpUri;
    }
}
