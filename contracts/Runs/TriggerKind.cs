namespace Headgate.Contracts.Runs;

/// <summary>What started a run.</summary>
public enum TriggerKind
{
    /// <summary>It came due.</summary>
    Schedule,

    /// <summary>A person asked for it.</summary>
    SyncNow,

    /// <summary>A resync was asked for.</summary>
    Resync,

    /// <summary>An upstream event.</summary>
    Event,

    /// <summary>A program.</summary>
    Api,
}
