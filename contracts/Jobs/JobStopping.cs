namespace Headgate.Contracts.Jobs;

/// <summary>
/// A stop of a job was accepted: workers let go of what they have in hand of it. A hint that saves time and nothing else; the committed
/// fence alone confirms a stop, whether anybody has heard of it or not.
/// </summary>
public sealed record JobStopping
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the stop asks for; steps of an older one are over.</summary>
    public required int Epoch { get; init; }

    /// <summary>Whether batches in hand are rolled back; else they commit, and no other begins.</summary>
    public required bool Force { get; init; }
}
