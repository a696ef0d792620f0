using Headgate.Tests.Servers;
using RabbitMQ.Client;

namespace Headgate.Integration.Tests.Secrecy;

/// <summary>Hears everything that goes through the broker: a queue that is bound to each exchange there is, read by the management API.</summary>
sealed class Eavesdropper(VirtualHost broker)
{
    const string Queue = "eavesdropper";

    /// <summary>Binds the queue to what exchanges there are by now; services declare theirs when they start.</summary>
    public async Task ListenAsync()
    {
        var factory = new ConnectionFactory { Uri = broker.AmqpUri };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        foreach (var exchange in await broker.Management.ExchangesAsync(broker.Name)) await channel.QueueBindAsync(Queue, exchange, "");
    }

    /// <summary>Sends a lane what is no message at all, which ends in the lane's error queue, and waits until it is there.</summary>
    public async Task SpoilAsync(string lane)
    {
        var factory = new ConnectionFactory { Uri = broker.AmqpUri };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync("", lane, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, "{"u8.ToArray());
        await Installation.EventuallyAsync(
            async () => await broker.MessagesAsync($"{lane}_error") > 0, () => Task.FromResult($"nothing is in the error queue of {lane}"));
    }

    /// <summary>Everything heard, and everything that lies in any queue at this moment (error queues above all), as the console shows it.</summary>
    public async Task<string> HeardAsync()
    {
        var heard = new List<string>();
        // What is sent to a queue that is a process's own comes through an exchange, and is heard there.
        foreach (var queue in (await broker.QueuesAsync()).Where(queue => queue.Exclusive is not true)) heard.Add(await broker.Management.PeekAsync(queue.Name, broker.Name));
        return string.Join('\n', heard);
    }
}
