namespace Headgate.Contracts.Pipelines;

/// <summary>A source or destination: its kind and where its connection string is found.</summary>
public sealed record SystemReference
{
    /// <summary>The connector, for example "postgres".</summary>
    public required string Connector { get; init; }

    /// <summary>A reference, "env:NAME" or "file:PATH", resolved by each service in its own environment; never the secret itself.</summary>
    public required string Connection { get; init; }
}
