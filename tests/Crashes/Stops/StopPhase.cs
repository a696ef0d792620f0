namespace Headgate.Crashes.Tests.Stops;

/// <summary>How far a job is to be when it is stopped.</summary>
enum StopPhase
{
    /// <summary>Records are being read.</summary>
    Extraction,

    /// <summary>Everything is read; the fence opens, and what is planned is changed.</summary>
    Launch,

    /// <summary>Batches are being written.</summary>
    Load,

    /// <summary>Everything is written; the fence closes, and counts are verified.</summary>
    Closing,
}
