namespace Headgate.SagaRepository.Tests.Machines;

/// <summary>Writes in every way it can, then fails on the first tries.</summary>
public sealed record WriteAndFail
{
    public required Guid TallyId { get; init; }

    public required int Failures { get; init; }
}

public sealed record LookAround
{
    public required Guid TallyId { get; init; }
}

/// <summary>Correlated by the label: any number of instances.</summary>
public sealed record GreetAll
{
    public required string Label { get; init; }
}

/// <summary>A read-only event whose verb writes nevertheless.</summary>
public sealed record Peek
{
    public required Guid TallyId { get; init; }
}
