namespace Headgate.Connectors.Destinations;

/// <summary>What a destination makes of a write that is broken off, or that comes twice.</summary>
public enum WriteGuarantee
{
    /// <summary>A batch takes effect as a whole with its commit, or not at all: what is broken off leaves nothing, and nothing is in doubt.</summary>
    Transactional,

    /// <summary>What is broken off may have taken effect; sent again it changes nothing more, so that nothing is lost by not knowing.</summary>
    Idempotent,

    /// <summary>
    /// What is broken off may have taken effect, and sent again would take effect twice (counters, events): a stop by force leaves records in
    /// doubt, and wants to be told that it may. Such a connector keeps an <see cref="Doubts.IDoubtLedger"/>.
    /// </summary>
    Neither,
}
