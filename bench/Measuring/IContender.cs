namespace Headgate.Bench.Measuring;

/// <summary>One way of reaching an end state. Its four steps are called in this order, each round anew.</summary>
interface IContender
{
    string Name { get; }

    /// <summary>Why it cannot be measured here; null: it can.</summary>
    string? Missing => null;

    /// <summary>Brings the destination to where it has to stand before.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>What is measured.</summary>
    Task<Measure> RunAsync(CancellationToken cancellationToken);

    /// <summary>Why the end state is not the one that was to be reached; null: it is.</summary>
    Task<string?> DifferenceAsync(CancellationToken cancellationToken);

    /// <summary>Takes away what would be in the way of the next one.</summary>
    Task CleanUpAsync(CancellationToken cancellationToken);
}
