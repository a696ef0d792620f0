namespace Headgate.Contracts.Fencing;

/// <summary>Moves the destination's fence for a job; the coordinator's own command. The committed move alone confirms a launch or a stop.</summary>
public sealed record MoveFence
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>Orders jobs of one pipeline.</summary>
    public required long JobNo { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>True lets this job write; false stops every write of it.</summary>
    public required bool Open { get; init; }

    /// <summary>Terminate the backends that still hold the lock.</summary>
    public bool Force { get; init; }

    /// <summary>The role that writes, granted what it needs when the fence opens; null when it closes.</summary>
    public string? Writer { get; init; }

    /// <summary>
    /// Whether the fence was ever opened for this job. A job for which it was not cannot have written: closing is then confirmed even
    /// if the destination cannot be reached.
    /// </summary>
    public required bool EverLaunched { get; init; }
}
