namespace Headgate.Contracts.Pipelines;

/// <summary>How records are read.</summary>
public sealed record ExtractDefinition
{
    /// <summary>Distance kept from the source's clock. Default 5 s.</summary>
    public TimeSpan CursorLag { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far before the last bound a run begins again. Default 10 min.</summary>
    public TimeSpan CursorOverlap { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What a cursor that can be null means.</summary>
    public NullCursors Nulls { get; init; } = NullCursors.Refuse;
}
