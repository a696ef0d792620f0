namespace Headgate.Contracts.Pipelines;

/// <summary>A full load where the last runs were incremental and nobody confirmed it.</summary>
public sealed record FullLoadGuard
{
    /// <summary>What it does when it trips. Default hold.</summary>
    public GuardAction Action { get; init; } = GuardAction.Hold;
}
