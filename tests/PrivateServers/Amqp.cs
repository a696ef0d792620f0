using RabbitMQ.Client;

namespace Headgate.PrivateServers.Tests;

internal static class Amqp
{
    public static Task<IConnection> ConnectAsync(Uri address) => new ConnectionFactory { Uri = address }.CreateConnectionAsync();

    /// <summary>Declares a durable queue and puts persistent messages into it, confirmed by the broker.</summary>
    public static async Task PublishAsync(Uri address, string queue, params string[] messages)
    {
        await using var connection = await ConnectAsync(address);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        foreach (var message in messages)
        {
            var properties = new BasicProperties { Persistent = true };
            await channel.BasicPublishAsync("", queue, mandatory: true, properties, System.Text.Encoding.UTF8.GetBytes(message));
        }
    }
}
