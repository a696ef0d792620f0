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
}
