namespace Headgate.PrivateServers;

/// <summary>Where and how a private RabbitMQ runs.</summary>
public sealed record PrivateRabbitMqOptions : PrivateServerOptions
{
    /// <summary>Port of the management page and its HTTP API on 127.0.0.1. Default: as <see cref="PrivateServerOptions.Port"/>.</summary>
    public int? ManagementPort { get; init; }

    /// <summary>How often quorum queues tell how many messages are in them, and in hand. Default (null): the broker's own, 5 seconds.</summary>
    public TimeSpan? TotalsEvery { get; init; }

    /// <summary>Users besides the administrator, in the virtual host <c>/</c>. Imported at every start. Default: none.</summary>
    public IReadOnlyList<ServiceUser> Users { get; init; } = [];
}
