namespace Headgate.PrivateServers.RabbitMq;

/// <summary>One start of a node: where it lives, what it listens on, whom it lets in.</summary>
internal sealed record RabbitMqNode
{
    public required string Home { get; init; }

    public required string Name { get; init; }

    public required int Port { get; init; }

    public required int ManagementPort { get; init; }

    public required string AdminUser { get; init; }

    public required string AdminPassword { get; init; }

    public required IReadOnlyList<ServiceUser> Users { get; init; }

    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public TimeSpan? TotalsEvery { get; init; }

    public string LogFile => Path.Combine(Home, "server.log");

    public override string ToString() => $"{Name}@localhost:{Port}";
}
