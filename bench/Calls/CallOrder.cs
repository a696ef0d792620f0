namespace Headgate.Bench.Calls;

/// <summary>What a client is to do.</summary>
sealed record CallOrder
{
    public required string Server { get; init; }

    /// <summary>By gRPC, over HTTP/2; otherwise JSON by Connect, over HTTP/1.1.</summary>
    public required bool IsGrpc { get; init; }

    public required string Method { get; init; }

    public required string Key { get; init; }

    /// <summary>Requests, sent in turn; as they stand in a body.</summary>
    public required IReadOnlyList<byte[]> Bodies { get; init; }

    /// <summary>Calls that are open at the same time.</summary>
    public required int AtOnce { get; init; }

    /// <summary>Of them, those that share a connection of HTTP/2.</summary>
    public int CallsOfConnection { get; init; } = 1;

    public double WarmUpSeconds { get; init; }

    public double Seconds { get; init; }

    /// <summary>Changes to be made and waited for.</summary>
    public int Changes { get; init; }

    public string? State { get; init; }

    public Guid Job { get; init; }
}
