namespace Headgate.Contracts.Extraction;

/// <summary>Names a bound that the workers' database holds; the value itself never travels.</summary>
public sealed record OffsetReference
{
    /// <summary>The job that read up to it.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Its attempt.</summary>
    public required int Attempt { get; init; }
}
