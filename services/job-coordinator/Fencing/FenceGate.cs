namespace Headgate.JobCoordinator.Fencing;

/// <summary>Among whom one waits for its turn at a destination.</summary>
enum FenceGate
{
    /// <summary>Nobody: it only looks.</summary>
    None,

    /// <summary>Those that wait for batches in flight.</summary>
    Patient,

    /// <summary>Those that end them.</summary>
    Forced,
}
