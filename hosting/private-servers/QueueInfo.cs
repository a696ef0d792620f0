using System.Text.Json.Serialization;

namespace Headgate.PrivateServers;

/// <summary>A queue as the management API shows it at this moment.</summary>
public sealed record QueueInfo
{
    [JsonPropertyName("vhost")]
    public required string VirtualHost { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>classic, quorum or stream.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init; } = "classic";

    /// <summary>Whether it is one connection's own: nobody else can read it, not even here. Null where the API does not tell.</summary>
    [JsonPropertyName("exclusive")]
    public bool? Exclusive { get; init; }

    /// <summary>Ready and unacknowledged messages together.</summary>
    [JsonPropertyName("messages")]
    public long Messages { get; init; }

    [JsonPropertyName("messages_ready")]
    public long Ready { get; init; }

    [JsonPropertyName("messages_unacknowledged")]
    public long Unacknowledged { get; init; }
}
