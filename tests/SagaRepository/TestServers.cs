namespace Headgate.SagaRepository.Tests;

/// <summary>The servers that the tests use.</summary>
static class TestServers
{
    public static string Postgres => Named("HEADGATE_TEST_PG", "an Npgsql connection string of a superuser");

    public static Uri RabbitMq => new(Named("HEADGATE_TEST_AMQP", "amqp://user:password@host:port/vhost"));

    static string Named(string variable, string what) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"These tests need real servers: set {variable} to {what}.");
}
