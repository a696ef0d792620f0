namespace Headgate.Contracts.Pipelines;

/// <summary>Shares, 0 to 1, in a sample that is compared with the destination before launch.</summary>
public sealed record CanaryGuard
{
    /// <summary>Values of a field that would be overwritten, of those that are there. Default 0.5.</summary>
    public double ChangedShare { get; init; } = 0.5;

    /// <summary>Values that would become null. Default 0.05.</summary>
    public double NullShare { get; init; } = 0.05;

    /// <summary>Records that would be inserted. Default 0.5.</summary>
    public double InsertShare { get; init; } = 0.5;

    /// <summary>Records that would get the same value. Default 0.2.</summary>
    public double SameValueShare { get; init; } = 0.2;

    /// <summary>Records in the sample. Default 1000.</summary>
    public int Sample { get; init; } = 1000;

    /// <summary>What it does when it trips. Default hold.</summary>
    public GuardAction Action { get; init; } = GuardAction.Hold;
}
