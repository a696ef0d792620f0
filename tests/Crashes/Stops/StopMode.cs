namespace Headgate.Crashes.Tests.Stops;

/// <summary>What an operator does to a job.</summary>
enum StopMode
{
    /// <summary>Pause, and go on later.</summary>
    PauseAndResume,

    /// <summary>Pause, and begin anew.</summary>
    PauseAndRestart,

    /// <summary>Pause, and cancel what is paused.</summary>
    PauseThenCancel,

    /// <summary>Cancel, which pauses first by itself.</summary>
    PauseFirst,

    /// <summary>Cancel before launch; where the launch was earlier, as <see cref="PauseFirst"/>.</summary>
    CancelBeforeLaunch,

    /// <summary>Cancel by force.</summary>
    Force,

    /// <summary>End for good.</summary>
    Discard,
}
