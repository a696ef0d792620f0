namespace Headgate.JobCoordinator.Jobs;

/// <summary>What a stop ends in once it is confirmed.</summary>
public enum StopIntent
{
    Pause,
    Cancel,
    Discard,
    Fail,
}
