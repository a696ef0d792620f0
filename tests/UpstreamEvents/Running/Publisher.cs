using System.Text;
using System.Text.Json;
using Headgate.Scheduler.Events.Receiving;
using RabbitMQ.Client;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>Publishes as a program of another team does, without MassTransit.</summary>
sealed class Publisher : IAsyncDisposable
{
    readonly IConnection _connection;
    readonly IChannel _channel;

    Publisher(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    public static async Task<Publisher> ConnectAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new Publisher(connection, await connection.CreateChannelAsync(confirmed));
    }

    /// <summary>Publishes an event, with the broker's confirm.</summary>
    public Task EventAsync(string type, string? subject, string id) =>
        BodyAsync(JsonSerializer.Serialize(new { type, subject, id, time = "2026-03-01T16:51:00Z" }));

    /// <summary>Publishes whatever it is.</summary>
    public async Task BodyAsync(string body, string? contentType = "application/json", Dictionary<string, object?>? headers = null)
    {
        var properties = new BasicProperties { Persistent = true, Headers = headers };
        if (contentType is not null) properties.ContentType = contentType;
        await _channel.BasicPublishAsync(UpstreamExchange.Name, "", mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
