namespace Headgate.Tests.Installations;

/// <summary>A line between an outpost and this machine.</summary>
public enum OutpostLine
{
    /// <summary>To the state database and the source, and to the service itself. Never cut.</summary>
    Home,

    /// <summary>To the broker.</summary>
    Broker,

    /// <summary>To the destination.</summary>
    Destination,
}
