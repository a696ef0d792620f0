namespace Headgate.Cli.Calls;

/// <summary>Pings on a connection with open calls that is silent: one that is dead, though nobody has said so, is ended, and its calls with it.</summary>
sealed record Keepalive
{
    /// <summary>A silence of the coordinator's heartbeats (15 s) brings no ping yet.</summary>
    public static readonly Keepalive Usual = new() { Delay = TimeSpan.FromSeconds(20), Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>After such a silence it is pinged; at least a second.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>So long the answer may take; at least a second.</summary>
    public required TimeSpan Timeout { get; init; }
}
