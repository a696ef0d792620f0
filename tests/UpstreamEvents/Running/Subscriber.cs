using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>Listens to published events as a program of another team does, without MassTransit.</summary>
sealed class Subscriber : IAsyncDisposable
{
    readonly IConnection _connection;
    readonly IChannel _channel;
    readonly ConcurrentDictionary<string, TaskCompletionSource<(string? ContentType, JsonElement Body)>> _heard = new(StringComparer.Ordinal);

    Subscriber(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    public static async Task<Subscriber> BindAsync(Uri broker, params string[] exchanges)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var subscriber = new Subscriber(connection, await connection.CreateChannelAsync());
        var queue = await subscriber._channel.QueueDeclareAsync($"subscriber.{Guid.NewGuid():N}");
        foreach (var exchange in exchanges) await subscriber._channel.QueueBindAsync(queue.QueueName, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(subscriber._channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var body = JsonDocument.Parse(delivery.Body);
            subscriber.Of(delivery.Exchange.Split(':')[^1]).TrySetResult((delivery.BasicProperties.ContentType, body.RootElement.Clone()));
            return Task.CompletedTask;
        };
        await subscriber._channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return subscriber;
    }

    /// <summary>The first event of a name that came.</summary>
    public Task<(string? ContentType, JsonElement Body)> HeardAsync(string name) => Of(name).Task.WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    TaskCompletionSource<(string? ContentType, JsonElement Body)> Of(string name) =>
        _heard.GetOrAdd(name, _ => new TaskCompletionSource<(string?, JsonElement)>(TaskCreationOptions.RunContinuationsAsynchronously));
}
