namespace Headgate.Contracts.Jobs;

/// <summary>What became of a command.</summary>
public enum CommandOutcome
{
    /// <summary>It takes effect.</summary>
    Accepted,

    /// <summary>Nothing to do: it is as commanded.</summary>
    AlreadySo,

    /// <summary>The job's state does not allow it.</summary>
    Refused,
}
