namespace Headgate.SagaRepository.CrashHost.Tallies;

public sealed record OpenTally
{
    public required Guid TallyId { get; init; }

    public string Label { get; init; } = "";
}

public sealed record AddToTally
{
    public required Guid TallyId { get; init; }

    public required int Number { get; init; }
}

public sealed record CloseTally
{
    public required Guid TallyId { get; init; }
}

/// <summary>What the saga sends for every number that it adds.</summary>
public sealed record TallyGrew
{
    public required Guid TallyId { get; init; }

    public required int Number { get; init; }

    /// <summary>Whether it was sent for a duplicate.</summary>
    public bool Again { get; init; }
}
