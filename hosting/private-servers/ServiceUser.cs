namespace Headgate.PrivateServers;

/// <summary>A RabbitMQ user of one service and what it may do, as the regular expressions of RabbitMQ's permissions.</summary>
public sealed record ServiceUser
{
    public required string Name { get; init; }

    public required string Password { get; init; }

    /// <summary>Names that it may declare and delete. An empty expression allows none.</summary>
    public required string Configure { get; init; }

    /// <summary>Names that it may publish or bind to.</summary>
    public required string Write { get; init; }

    /// <summary>Names that it may consume or bind from.</summary>
    public required string Read { get; init; }

    public override string ToString() => Name;
}
