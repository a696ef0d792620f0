namespace Headgate.Contracts.Records;

/// <summary>Somebody serves the call.</summary>
public sealed record ServingRecords
{
    /// <summary>The call.</summary>
    public required Guid StreamId { get; init; }
}
