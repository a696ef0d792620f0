namespace Headgate.Cli.Calls;

/// <summary>How long a stream is waited for.</summary>
sealed record StreamPatience
{
    public static readonly StreamPatience Usual = new()
    {
        Silence = TimeSpan.FromSeconds(45),
        Outage = TimeSpan.FromMinutes(1),
        FirstPause = TimeSpan.FromMilliseconds(100),
        LongestPause = TimeSpan.FromSeconds(3),
        FirstTries = 4,
    };

    /// <summary>Three missed heartbeats: the connection is dead, though nobody has said so.</summary>
    public required TimeSpan Silence { get; init; }

    /// <summary>So long after it broke off without any response, it is given up.</summary>
    public required TimeSpan Outage { get; init; }

    public required TimeSpan FirstPause { get; init; }

    public required TimeSpan LongestPause { get; init; }

    /// <summary>Tries before anything was heard at all.</summary>
    public required int FirstTries { get; init; }
}
