namespace Headgate.PrivateServers.Tests;

public sealed record Ping
{
    public required string Text { get; init; }
}
